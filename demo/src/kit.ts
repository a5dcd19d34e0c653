// The pieces that every tab is made of: elements, panels, controls, banners and the live region.
import type {
  Action,
  Attributes,
  Banner,
  ButtonOptions,
  Child,
  ChoiceOptions,
  Control,
  DropZoneOptions,
  NumberFieldOptions,
  SliderOptions,
  Stat,
} from './types.ts';

export declare function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export declare function panel(title: string, ...children: Child[]): HTMLElement;
/** A button with `label`; the element itself, so that `disabled` and `textContent` are at hand. */
export declare function button(
  label: string,
  onClick: () => void,
  options?: ButtonOptions,
): HTMLButtonElement;
export declare function slider(options: SliderOptions): Control<number>;
export declare function numberField(options: NumberFieldOptions): Control<number>;
export declare function select<T extends string>(options: ChoiceOptions<T>): Control<T>;
export declare function segmented<T extends string>(options: ChoiceOptions<T>): Control<T>;
export declare function stat(label: string): Stat;
export declare function dropZone(options: DropZoneOptions): HTMLElement;
/** Reads text aloud, at most one every two seconds, the last one wins. */
export declare function announce(text: string): void;
export declare function say(kind: 'info' | 'error', text: string, actions?: readonly Action[]): Banner;
