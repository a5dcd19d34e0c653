// Questions in the page, beside what they are about: before something is replaced or deleted.
import { button, h } from './kit.ts';

/** Asks at the end of a place, with words for yes and no; a question is answered by no when the next one is asked. */
export type Ask = (place: HTMLElement, text: string, yes: string, no: string) => Promise<boolean>;

/** One question at a time. */
export function asker(): Ask {
  let close = (_: boolean): void => {};
  return (place, text, yes, no) => {
    close(false);
    return new Promise((resolve) => {
      const before = document.activeElement;
      const leave = button(no, () => answer(false));
      const element = h(
        'div',
        { class: 'question row', role: 'group', 'aria-label': text },
        h('p', null, text),
        button(yes, () => answer(true), { kind: 'danger' }),
        leave,
      );
      const answer = (said: boolean): void => {
        close = () => {};
        element.remove();
        if (before instanceof HTMLElement && before.isConnected) before.focus();
        resolve(said);
      };
      element.addEventListener('keydown', ({ key }) => {
        if (key === 'Escape') answer(false);
      });
      close = answer;
      place.append(element);
      leave.focus();
    });
  };
}
