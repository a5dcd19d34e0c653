// The pieces of shaders/shared that kernels #import.
import activation from '../../../shaders/shared/activation.wgsl?raw';
import linearIndex from '../../../shaders/shared/linear_index.wgsl?raw';
import matmulStore from '../../../shaders/shared/matmul_store.wgsl?raw';
import random from '../../../shaders/shared/random.wgsl?raw';
import recurrentColumns from '../../../shaders/shared/recurrent_columns.wgsl?raw';
import softmaxRow from '../../../shaders/shared/softmax_row.wgsl?raw';
import specialFunctions from '../../../shaders/shared/special_functions.wgsl?raw';
import workgroupSum from '../../../shaders/shared/workgroup_sum.wgsl?raw';
import type { SharedSources } from './specialise.ts';

export const sharedSources: SharedSources = new Map([
  ['activation', activation],
  ['linear_index', linearIndex],
  ['matmul_store', matmulStore],
  ['random', random],
  ['recurrent_columns', recurrentColumns],
  ['softmax_row', softmaxRow],
  ['special_functions', specialFunctions],
  ['workgroup_sum', workgroupSum],
]);
