// The units that were found, a card each: which unit it is, what it does, and by which numbers.
import { h } from '../../kit.ts';
import type { Finding } from './findings.ts';
import type { TaskName, View } from './messages.ts';

export interface FindingCards {
  readonly element: HTMLElement;
  show(view: View, chosen: number): void;
}

export function findingCards(onChoose: (index: number) => void): FindingCards {
  const cards = h('div', { class: 'findings' });
  const judged = h('p', { class: 'hint' });
  let roles: string[] = [];
  return {
    element: h('div', { class: 'stack tight' }, cards, judged),
    show({ findings, task, judged: words = '' }, chosen) {
      judged.textContent = words;
      judged.hidden = words === '';
      // While it learns the cards change numbers and places several times a second: the focus stays with what it was on.
      const focused = roles[[...cards.children].indexOf(document.activeElement as Element)];
      roles = findings.map(({ role }) => role);
      cards.replaceChildren(
        ...findings.map((finding, i) => card(finding, task, i === chosen, () => onChoose(i))),
      );
      const again = cards.children[roles.indexOf(focused)] as HTMLElement | undefined;
      again?.focus({ preventScroll: true });
    },
  };
}

function card(finding: Finding, task: TaskName, pressed: boolean, onclick: () => void): HTMLElement {
  return h(
    'button',
    {
      type: 'button',
      class: `finding${finding.found ? ' found' : ''}`,
      'aria-pressed': String(pressed),
      onclick,
    },
    h(
      'span',
      { class: 'finding-head' },
      h('strong', null, `Unit ${finding.unit + 1}`),
      h('span', { class: 'role' }, headOf(finding, task)),
    ),
    h('span', { class: 'finding-why' }, finding.why),
  );
}

function headOf({ role, found }: Finding, task: TaskName): string {
  if (task === 'counting') return found ? 'counts' : 'not yet';
  if (task === 'memory') return found ? 'remembers the A' : 'not yet';
  return found ? `watches ${role}` : `${role}?`;
}
