// The pieces of shaders/shared that kernels #import.
import activation from '../../../shaders/shared/activation.wgsl?raw';
import activationSlope from '../../../shaders/shared/activation_slope.wgsl?raw';
import activationValue from '../../../shaders/shared/activation_value.wgsl?raw';
import cellActivationParams from '../../../shaders/shared/cell_activation_params.wgsl?raw';
import cellActivations from '../../../shaders/shared/cell_activations.wgsl?raw';
import clip from '../../../shaders/shared/clip.wgsl?raw';
import conv1dParams from '../../../shaders/shared/conv1d_params.wgsl?raw';
import conv1dQuads from '../../../shaders/shared/conv1d_quads.wgsl?raw';
import crfChain from '../../../shaders/shared/crf_chain.wgsl?raw';
import crossEntropyParams from '../../../shaders/shared/cross_entropy_params.wgsl?raw';
import crossEntropyRows from '../../../shaders/shared/cross_entropy_rows.wgsl?raw';
import ctcStates from '../../../shaders/shared/ctc_states.wgsl?raw';
import eachColumn from '../../../shaders/shared/each_column.wgsl?raw';
import eachElement from '../../../shaders/shared/each_element.wgsl?raw';
import eachRow from '../../../shaders/shared/each_row.wgsl?raw';
import gruBackwardCell from '../../../shaders/shared/gru_backward_cell.wgsl?raw';
import gruBeforeCandidateBackwardCell from '../../../shaders/shared/gru_before_candidate_backward_cell.wgsl?raw';
import gruBeforeCandidateCell from '../../../shaders/shared/gru_before_candidate_cell.wgsl?raw';
import gruBeforeGatesBackwardCell from '../../../shaders/shared/gru_before_gates_backward_cell.wgsl?raw';
import gruBeforeGatesCell from '../../../shaders/shared/gru_before_gates_cell.wgsl?raw';
import gruForwardCell from '../../../shaders/shared/gru_forward_cell.wgsl?raw';
import linearIndex from '../../../shaders/shared/linear_index.wgsl?raw';
import lstmBackwardCell from '../../../shaders/shared/lstm_backward_cell.wgsl?raw';
import lstmForwardCell from '../../../shaders/shared/lstm_forward_cell.wgsl?raw';
import matmulA4 from '../../../shaders/shared/matmul_a4.wgsl?raw';
import matmulB4 from '../../../shaders/shared/matmul_b4.wgsl?raw';
import matmulBands from '../../../shaders/shared/matmul_bands.wgsl?raw';
import matmulOperands from '../../../shaders/shared/matmul_operands.wgsl?raw';
import matmulStore from '../../../shaders/shared/matmul_store.wgsl?raw';
import pointwiseStep from '../../../shaders/shared/pointwise_step.wgsl?raw';
import pointwiseStepParams from '../../../shaders/shared/pointwise_step_params.wgsl?raw';
import poolParams from '../../../shaders/shared/pool_params.wgsl?raw';
import poolWindows from '../../../shaders/shared/pool_windows.wgsl?raw';
import random from '../../../shaders/shared/random.wgsl?raw';
import recurrentColumns from '../../../shaders/shared/recurrent_columns.wgsl?raw';
import recurrentColumnsBackward from '../../../shaders/shared/recurrent_columns_backward.wgsl?raw';
import recurrentColumnsForward from '../../../shaders/shared/recurrent_columns_forward.wgsl?raw';
import recurrentColumnsParams from '../../../shaders/shared/recurrent_columns_params.wgsl?raw';
import recurrentColumnsWeights from '../../../shaders/shared/recurrent_columns_weights.wgsl?raw';
import recurrentLane from '../../../shaders/shared/recurrent_lane.wgsl?raw';
import recurrentRows from '../../../shaders/shared/recurrent_rows.wgsl?raw';
import recurrentStepParams from '../../../shaders/shared/recurrent_step_params.wgsl?raw';
import recurrentTile from '../../../shaders/shared/recurrent_tile.wgsl?raw';
import recurrentTileRows from '../../../shaders/shared/recurrent_tile_rows.wgsl?raw';
import recurrentTileUnits from '../../../shaders/shared/recurrent_tile_units.wgsl?raw';
import rnnBackwardCell from '../../../shaders/shared/rnn_backward_cell.wgsl?raw';
import rnnForwardCell from '../../../shaders/shared/rnn_forward_cell.wgsl?raw';
import rowLossKinds from '../../../shaders/shared/row_loss_kinds.wgsl?raw';
import rowSums from '../../../shaders/shared/row_sums.wgsl?raw';
import softmaxRow from '../../../shaders/shared/softmax_row.wgsl?raw';
import specialFunctions from '../../../shaders/shared/special_functions.wgsl?raw';
import subgroupMatrix from '../../../shaders/shared/subgroup_matrix.wgsl?raw';
import weightUpdate from '../../../shaders/shared/weight_update.wgsl?raw';
import weightUpdateParams from '../../../shaders/shared/weight_update_params.wgsl?raw';
import workgroupSum from '../../../shaders/shared/workgroup_sum.wgsl?raw';
import type { SharedSources } from './specialise.ts';

export const sharedSources: SharedSources = new Map([
  ['activation', activation],
  ['activation_slope', activationSlope],
  ['activation_value', activationValue],
  ['cell_activation_params', cellActivationParams],
  ['cell_activations', cellActivations],
  ['clip', clip],
  ['conv1d_params', conv1dParams],
  ['conv1d_quads', conv1dQuads],
  ['crf_chain', crfChain],
  ['cross_entropy_params', crossEntropyParams],
  ['cross_entropy_rows', crossEntropyRows],
  ['ctc_states', ctcStates],
  ['each_column', eachColumn],
  ['each_element', eachElement],
  ['each_row', eachRow],
  ['gru_backward_cell', gruBackwardCell],
  ['gru_before_candidate_backward_cell', gruBeforeCandidateBackwardCell],
  ['gru_before_candidate_cell', gruBeforeCandidateCell],
  ['gru_before_gates_backward_cell', gruBeforeGatesBackwardCell],
  ['gru_before_gates_cell', gruBeforeGatesCell],
  ['gru_forward_cell', gruForwardCell],
  ['linear_index', linearIndex],
  ['lstm_backward_cell', lstmBackwardCell],
  ['lstm_forward_cell', lstmForwardCell],
  ['matmul_a4', matmulA4],
  ['matmul_b4', matmulB4],
  ['matmul_bands', matmulBands],
  ['matmul_operands', matmulOperands],
  ['matmul_store', matmulStore],
  ['pointwise_step', pointwiseStep],
  ['pointwise_step_params', pointwiseStepParams],
  ['pool_params', poolParams],
  ['pool_windows', poolWindows],
  ['random', random],
  ['recurrent_columns', recurrentColumns],
  ['recurrent_columns_backward', recurrentColumnsBackward],
  ['recurrent_columns_forward', recurrentColumnsForward],
  ['recurrent_columns_params', recurrentColumnsParams],
  ['recurrent_columns_weights', recurrentColumnsWeights],
  ['recurrent_lane', recurrentLane],
  ['recurrent_rows', recurrentRows],
  ['recurrent_step_params', recurrentStepParams],
  ['recurrent_tile', recurrentTile],
  ['recurrent_tile_rows', recurrentTileRows],
  ['recurrent_tile_units', recurrentTileUnits],
  ['rnn_backward_cell', rnnBackwardCell],
  ['rnn_forward_cell', rnnForwardCell],
  ['row_loss_kinds', rowLossKinds],
  ['row_sums', rowSums],
  ['softmax_row', softmaxRow],
  ['special_functions', specialFunctions],
  ['subgroup_matrix', subgroupMatrix],
  ['weight_update', weightUpdate],
  ['weight_update_params', weightUpdateParams],
  ['workgroup_sum', workgroupSum],
]);
