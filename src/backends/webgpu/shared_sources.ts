// The pieces of shaders/shared that kernels #import.
import activation from '../../../shaders/shared/activation.wgsl?raw';
import linearIndex from '../../../shaders/shared/linear_index.wgsl?raw';
import random from '../../../shaders/shared/random.wgsl?raw';
import type { SharedSources } from './specialise.ts';

export const sharedSources: SharedSources = new Map([
  ['activation', activation],
  ['linear_index', linearIndex],
  ['random', random],
]);
