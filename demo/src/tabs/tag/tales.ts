// An endless text of small stories about a harbour, to learn words from: no two sentences need be alike.
import { random } from 'webgpu-rnn';

const pools = {
  person: `keeper pilot fisherman widow captain child baker sailor stranger teacher smuggler painter doctor carpenter
    merchant shepherd fiddler nurse miller clerk gardener blacksmith ferryman cook grandmother brother sister neighbour`,
  thing: `lamp rope letter basket boat kettle lantern barrel clock coat blanket anchor bell book candle ladder mirror net
    oar pipe sack saddle shell spoon stove table trunk window wheel umbrella needle violin bottle chair map chest key`,
  place: `harbour lighthouse market chapel island village kitchen cellar bridge meadow garden quay forest hill workshop
    beach tavern station mill orchard attic river valley street school warehouse garden cliff`,
  quality: `old quiet narrow bright broken heavy wooden silver forgotten little patient hungry cheerful gentle crooked
    golden frozen empty painted enormous careful tired honest salty warm silent clever rusty clean lonely proud`,
  doing: `carried mended painted found sold watched borrowed remembered cleaned lifted opened promised counted measured
    followed covered moved lost needed wanted described finished studied hid kept`,
  going: `walked sailed wandered hurried came returned climbed travelled rowed drifted ran rode`,
  weather: `wind fog rain snow tide storm moon sun frost thunder cloud wave`,
  acted: `rose turned settled waited vanished grew whispered faded gathered arrived lingered`,
  link: `and but while because until although since when`,
  towards: `towards into across past behind near beyond beside through around`,
  time: `day week month winter summer evening hour night year spring`,
};

/** Choices of several words. */
const phrases: Readonly<Record<string, readonly string[]>> = {
  manner: [
    ...[
      'slowly',
      'gladly',
      'again',
      'together',
      'twice',
      'quickly',
      'softly',
      'without warning',
      'before noon',
    ],
    ...[
      'after supper',
      'at dusk',
      'at dawn',
      'in the rain',
      'every morning',
      'for the first time',
      'with great care',
    ],
  ],
  number: [
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'twelve',
    'twenty',
    'a hundred',
  ],
};

const clauses = [
  'the person doing the quality thing',
  'the person doing a thing manner',
  'the quality person going towards the place',
  'a person going towards the quality place manner',
  'the weather acted towards the place',
  'nobody doing the thing of the person',
  'the person doing number quality things',
  'there was a quality thing in the place',
  'she doing the thing the person had doing',
  'he going towards the place where the thing was',
  'it was the quality thing of the whole place',
  'for number times the person going towards the place',
  'all that time the weather acted manner',
  'the person of the place was quality and quality',
  'we doing our thing and going towards the place',
  'they said that the weather would change by the end of the time',
  'i doing the quality thing with my person',
];

/** So many sentences, the same for the same seed. */
export function tales(sentences: number, seed: number): string[] {
  const draw = random(seed, 'tales');
  const choices = new Map<string, readonly string[]>([
    ...Object.entries(pools).map(([pool, words]) => [pool, words.split(/\s+/)] as const),
    ...Object.entries(phrases),
  ]);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(draw.uniform() * list.length)];
  const clause = () =>
    pick(clauses)
      .split(' ')
      .map((word) => {
        const plural = word === 'things' || word === 'times';
        const pool = choices.get(plural ? word.slice(0, -1) : word);
        return pool ? pick(pool) + (plural ? 's' : '') : word;
      })
      .join(' ');
  return Array.from({ length: sentences }, () =>
    draw.uniform() < 0.3 ? `${clause()} ${pick(choices.get('link')!)} ${clause()}` : clause(),
  );
}
