// All losses.
export { type GivenLoss, type LossName, lossConfig, lossFunction } from './losses/by_name.ts';
export * from './losses/classes.ts';
export { crfLoss } from './losses/crf.ts';
export {
  type CrossEntropyOptions,
  type CrossEntropyRows,
  crossEntropyRows,
  type SparseCrossEntropyOptions,
} from './losses/cross_entropy.ts';
export {
  type BeamSearchOptions,
  type CtcLengths,
  type CtcOptions,
  ctc,
  ctcBeamSearch,
  ctcGreedyDecode,
  ctcRows,
  type DecodeOptions,
  type Scores,
} from './losses/ctc.ts';
export * from './losses/loss.ts';
export * from './losses/values.ts';
