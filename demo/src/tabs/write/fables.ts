// Makes up short fables: a small world with rules that a network can learn in a minute, quotes, brackets and all.
import { random } from 'webgpu-rnn';

const animals = ['fox', 'owl', 'hare', 'wolf', 'crow', 'bear', 'mouse', 'heron', 'goat', 'otter'];
const moods = ['old', 'small', 'clever', 'hungry', 'proud', 'tired', 'lonely', 'patient'];
const places = [
  'in the wood',
  'by the river',
  'on the hill',
  'under the oak',
  'at the well',
  'near the mill',
];
const things = [
  'a lantern',
  'a silver key',
  'a loaf of bread',
  'a broken clock',
  'a red apple',
  'a warm coat',
];
const times = [
  'One morning',
  'At noon',
  'One evening',
  'Late at night',
  'In the winter',
  'On the first day of spring',
];
const numbers = ['two', 'three', 'four', 'five', 'six', 'seven'];
const answers = [
  'and the moon rose over the hill',
  'and nobody spoke of it again',
  'and they walked home together',
  'but the wind took the words away',
  'and so they became friends',
];
const morals = [
  'what you share is never lost',
  'a small step is a step',
  'who listens learns twice',
  'the night is shorter than the fear of it',
  'patience opens every door',
];

/** About so many characters, the same for the same seed. */
export function fables(characters = 300_000, seed = 7): string {
  const next = random(seed, 'fables');
  const pick = (list: readonly string[]): string => list[Math.floor(next.uniform() * list.length)];
  const other = (list: readonly string[], than: string): string => {
    const rest = list.filter((item) => item !== than);
    return pick(rest);
  };
  const parts: string[] = [];
  let length = 0;
  while (length < characters) {
    const first = pick(animals);
    const second = other(animals, first);
    const thing = pick(things);
    const mood = pick(moods);
    const count = pick(numbers);
    const lines = [
      `${pick(times)} the ${mood} ${first} met the ${other(moods, mood)} ${second} ${pick(places)}.`,
    ];
    if (next.uniform() < 0.5) lines.push(`(The ${first} had slept for ${count} days.)`);
    lines.push(`"What do you carry?" asked the ${first}.`);
    lines.push(
      `"I carry ${thing}," said the ${second}, "and I have carried it for ${other(numbers, count)} years."`,
    );
    if (next.uniform() < 0.6) lines.push(`"Will you give me ${thing}?" asked the ${first}.`);
    if (next.uniform() < 0.4)
      lines.push(`The ${second} looked at the ${first} (who was ${mood}) and laughed.`);
    lines.push(`So the ${second} gave the ${first} ${thing}, ${pick(answers)}.`);
    lines.push(`The moral: ${pick(morals)}.`);
    const fable = `${lines.join('\n')}\n\n`;
    parts.push(fable);
    length += fable.length;
  }
  return parts.join('');
}
