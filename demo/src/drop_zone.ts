// A place for files: dropped, chosen or pasted; what cannot be used is refused in plain words.
import { h, uniqueId } from './element.ts';
import { say } from './messages.ts';
import type { DropZoneOptions } from './types.ts';

const standardBytes = 20e6;

/** A drop zone that is also a file input, usable by keyboard. */
export function dropZone(options: DropZoneOptions): HTMLElement {
  const id = uniqueId('file');
  const input = h('input', { type: 'file', id, accept: options.accept, class: 'hidden' });
  const zone = h(
    'div',
    { class: 'drop-zone' },
    input,
    h(
      'label',
      { for: id },
      h('span', { class: 'drop-label' }, options.label),
      h('span', { class: 'hint' }, 'Drop a file here or choose one'),
    ),
  );
  const take = (file: File | null | undefined): void => {
    if (file) receive(file, options);
  };
  input.addEventListener('change', () => {
    take(input.files?.[0]);
    input.value = '';
  });
  for (const type of ['dragenter', 'dragover'] as const) {
    zone.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
  }
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    take(event.dataTransfer?.files[0]);
  });
  return zone;
}

async function receive(file: File, options: DropZoneOptions): Promise<void> {
  try {
    const bytes = await readFile(file, options.maxBytes ?? standardBytes);
    options.onBytes?.(bytes, file.name);
    if (options.onText) options.onText(decodeText(bytes, file.name), file.name);
  } catch (error) {
    say('error', (error as Error).message);
  }
}

async function readFile(file: File, maxBytes: number): Promise<Uint8Array> {
  if (file.size === 0) throw new Error(`“${file.name}” is empty. Nothing was changed.`);
  if (file.size > maxBytes) {
    throw new Error(
      `“${file.name}” has ${megabytes(file.size)}; at most ${megabytes(maxBytes)} can be used here. Nothing was changed.`,
    );
  }
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Error(`“${file.name}” cannot be read. If it is a folder, drop a file from it.`);
  }
}

function decodeText(bytes: Uint8Array, name: string): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below, as bytes of other kinds are.
  }
  throw new Error(`“${name}” is not a text file (UTF-8). Nothing was changed.`);
}

function megabytes(bytes: number): string {
  const size = bytes / 1e6;
  if (size < 0.1) return `${Math.ceil(bytes / 1000)} KB`;
  // A file that is just too large must not read as one that is not.
  return `${+(Math.ceil(10 * size) / 10).toFixed(1)} MB`;
}
