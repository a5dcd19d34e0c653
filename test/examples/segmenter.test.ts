// The segmenter of the examples knows no script: Chinese, which is written without spaces, falls into its words.

import { describe, expect, test } from 'vitest';
import { cpu } from 'webgpu-rnn';
import { f1OfWords, trainSegmenter } from '../../examples/data/segmenter.ts';

const sentences = [
  '我们 今天 去 学校',
  '他 是 北京 大学 的 学生',
  '老师 喜欢 喝 茶',
  '她 明天 去 图书馆 看 书',
  '今天 天气 很 好',
  '昨天 天气 很 冷',
  '我 和 朋友 一起 看 电影',
  '学生 都 喜欢 老师',
  '你 喜欢 吃 苹果',
  '他们 坐 火车 去 北京',
  '我 在 学校 学习 中文',
  '她 不 喜欢 喝 咖啡',
  '老师 在 图书馆 买 书',
  '我们 都 是 学生',
  '明天 我 和 老师 去 大学',
  '你 的 朋友 是 老师',
  '他 昨天 在 火车 上 看 书',
  '我 买 苹果 和 米饭',
  '北京 今天 很 冷',
  '她 的 中文 很 好',
];
const others = [
  '她 今天 坐 火车 去 学校',
  '老师 和 学生 都 喜欢 看 电影',
  '我 的 朋友 在 北京 学习 中文',
  '昨天 他 不 喝 茶',
];
const wordsOf = (list: readonly string[]) => list.map((sentence) => sentence.split(' '));
const texts = (list: readonly string[]) => list.map((sentence) => sentence.replaceAll(' ', ''));

test('sentences of training come back exact, new ones of the same words nearly', async () => {
  const segmenter = await trainSegmenter(wordsOf(sentences), {
    backend: cpu(),
    units: 16,
    epochs: 60,
    learningRate: 0.02,
  });
  expect(await segmenter.segment(texts(sentences))).toEqual(wordsOf(sentences));
  const found = await segmenter.segment(texts(others));
  const f1 = f1OfWords(found, wordsOf(others));
  console.log(`Chinese: F1 ${f1.toFixed(3)}, ${found.map((words) => words.join(' ')).join('; ')}`);
  expect(f1).toBeGreaterThan(0.8);
  // A character that was never seen, and one beyond 16 bits, are tagged like others and none is lost.
  const [strange] = await segmenter.segment(['他们喝𠮷茶']);
  expect(strange.join('')).toBe('他们喝𠮷茶');
  expect(strange.at(-1)!.endsWith('茶')).toBe(true);
  await segmenter.dispose();
});

describe('F1 of words', () => {
  test('counts words by their places', () => {
    const wanted = [['to', 'be', 'or']];
    expect(f1OfWords(wanted, wanted)).toBe(1);
    expect(f1OfWords([['tobe', 'or']], wanted)).toBeCloseTo((2 * 1) / (2 + 3), 12);
    // The same word in another place, or another text, is no hit.
    expect(f1OfWords([['b', 'eto', 'or']], wanted)).toBeCloseTo((2 * 1) / (3 + 3), 12);
    expect(f1OfWords([[], ['to', 'be', 'or']], wanted)).toBe(0);
  });
});
