// Makes elements; everything on the page that is not text comes from here.
import type { Attributes, Child } from './types.ts';

const properties = new Set([
  'value',
  'checked',
  'disabled',
  'textContent',
  'htmlFor',
  'hidden',
  'min',
  'max',
  'step',
]);

/** An element with attributes and children; nothing, false and undefined are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on') && typeof value === 'function') {
      element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    } else if (properties.has(name)) Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element: HTMLElement, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child as readonly Child[]);
    else element.append(typeof child === 'number' ? String(child) : (child as Node | string));
  }
}

let ids = 0;

/** An id that no other element has. */
export function uniqueId(stem: string): string {
  ids += 1;
  return `${stem}-${ids}`;
}
