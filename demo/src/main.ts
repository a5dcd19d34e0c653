// The shell of the page: header, tabs, theme, the adapter's name and the link of the run.
import type { Tab } from './types.ts';

export const modules = import.meta.glob<{ tab: Tab }>('./tabs/*/tab.ts');
