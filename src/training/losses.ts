// All losses.
export { type GivenLoss, type LossName, lossConfig, lossFunction } from './losses/by_name.ts';
export {
  type BinaryCrossentropyOptions,
  binaryCrossentropy,
  type CategoricalOptions,
  type ClassLossOptions,
  categoricalCrossentropy,
  type SparseCategoricalOptions,
  sparseCategoricalCrossentropy,
} from './losses/classes.ts';
export { crfLoss } from './losses/crf.ts';
export {
  type CrossEntropyOptions,
  type CrossEntropyRows,
  crossEntropyRows,
  type SparseCrossEntropyOptions,
} from './losses/cross_entropy.ts';
export { type CtcLengths, type CtcOptions, ctc, ctcRows } from './losses/ctc.ts';
export {
  type BeamSearchOptions,
  ctcBeamSearch,
  ctcGreedyDecode,
  type DecodeOptions,
  type Scores,
} from './losses/ctc_decode.ts';
export * from './losses/focal.ts';
export * from './losses/likelihoods.ts';
export * from './losses/loss.ts';
export * from './losses/values.ts';
