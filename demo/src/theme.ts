// Light and dark: what the visitor chose, the colours that follow from it, and who has to be told.
export type Theme = 'auto' | 'light' | 'dark';

const listeners = new Set<() => void>();

/** Calls the listener after each change of the colours; the result ends that. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function chosenTheme(): Theme {
  const kept = readKept();
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

/** Takes and keeps a theme. */
export function setTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // A browser that keeps nothing still shows the theme.
  }
  tell();
}

function readKept(): string | null {
  try {
    return localStorage.getItem('theme');
  } catch {
    return null;
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** A colour as the canvas takes it: the value of a token such as '--accent', any other colour as it is. */
export function token(color: string): string {
  if (!color.startsWith('--')) return color;
  return getComputedStyle(document.documentElement).getPropertyValue(color).trim() || '#888';
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
