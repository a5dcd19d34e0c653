// All losses.
export { type GivenLoss, type LossName, lossConfig, lossFunction } from './losses/by_name.ts';
export * from './losses/classes.ts';
export {
  type CrossEntropyOptions,
  type CrossEntropyRows,
  crossEntropyRows,
  type SparseCrossEntropyOptions,
} from './losses/cross_entropy.ts';
export * from './losses/loss.ts';
export * from './losses/values.ts';
