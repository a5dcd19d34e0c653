// The registry: every kernel, one line each; tests, gradient checks and benchmarks iterate it.
import type { Kernel } from '../core/kernel.ts';
import { activationBackwardKernel } from './activation_backward.ts';
import { activationForwardKernel } from './activation_forward.ts';
import { adadeltaKernel } from './adadelta.ts';
import { adagradKernel } from './adagrad.ts';
import { adamKernel } from './adam.ts';
import { adamaxKernel } from './adamax.ts';
import { additiveScoresKernel } from './additive_scores.ts';
import { additiveScoresBackwardKernel } from './additive_scores_backward.ts';
import { argmaxKernel } from './argmax.ts';
import { averagePoolBackwardKernel } from './average_pool_backward.ts';
import { averagePoolForwardKernel } from './average_pool_forward.ts';
import { batchNormBackwardKernel } from './batch_norm_backward.ts';
import { batchNormForwardKernel } from './batch_norm_forward.ts';
import { batchNormStatisticsKernel } from './batch_norm_statistics.ts';
import { batchNormSumsKernel } from './batch_norm_sums.ts';
import { batchedProductKernel } from './batched_product.ts';
import { carryRows } from './carry_rows.ts';
import { clipScaleKernel } from './clip_scale.ts';
import { advanceKernel } from './clock.ts';
import { columnMomentsKernel } from './column_moments.ts';
import { columnProductKernel } from './column_product.ts';
import { columnSumKernel } from './column_sum.ts';
import { combineKernel } from './combine.ts';
import { combineBackwardKernel } from './combine_backward.ts';
import { conv1dBackwardInputKernel } from './conv1d_backward_input.ts';
import { conv1dBackwardWeightsKernel } from './conv1d_backward_weights.ts';
import { conv1dForwardKernel } from './conv1d_forward.ts';
import {
  crfBackwardKernel,
  crfChainSlopesKernel,
  crfDecodeKernel,
  crfForwardKernel,
  crfSlopesKernel,
} from './crf.ts';
import { ctcBackwardKernel, ctcForwardKernel } from './ctc.ts';
import { ctcLengthsKernel } from './ctc_lengths.ts';
import { dropoutKernel } from './dropout.ts';
import { embeddingBackwardKernel } from './embedding_backward.ts';
import { embeddingEdgesKernel } from './embedding_edges.ts';
import { embeddingForwardKernel } from './embedding_forward.ts';
import { embeddingMergeKernel } from './embedding_merge.ts';
import { embeddingOrderKernel } from './embedding_order.ts';
import { featureMaskKernel } from './feature_mask.ts';
import { ftrlKernel } from './ftrl.ts';
import { gruBackward } from './gru_backward.ts';
import { gruBeforeCandidate } from './gru_before_candidate.ts';
import { gruBeforeCandidateBackward } from './gru_before_candidate_backward.ts';
import { gruBeforeGates } from './gru_before_gates.ts';
import { gruBeforeGatesBackward } from './gru_before_gates_backward.ts';
import { gruBeforeSequenceBackward } from './gru_before_sequence_backward.ts';
import { gruBeforeSequenceForward } from './gru_before_sequence_forward.ts';
import { gruBeforeTiledCandidate } from './gru_before_tiled_candidate.ts';
import { gruBeforeTiledCandidateBackward } from './gru_before_tiled_candidate_backward.ts';
import { gruBeforeTiledGates } from './gru_before_tiled_gates.ts';
import { gruBeforeTiledGatesBackward } from './gru_before_tiled_gates_backward.ts';
import { gruForward } from './gru_forward.ts';
import { gruPointwiseBackward } from './gru_pointwise_backward.ts';
import { gruPointwiseForward } from './gru_pointwise_forward.ts';
import { gruResetBackward } from './gru_reset_backward.ts';
import { gruResetForward } from './gru_reset_forward.ts';
import { gruSequenceBackward } from './gru_sequence_backward.ts';
import { gruSequenceForward } from './gru_sequence_forward.ts';
import { gruTiledBackward } from './gru_tiled_backward.ts';
import { gruTiledForward } from './gru_tiled_forward.ts';
import { hadamardKernel } from './hadamard.ts';
import { labelCountsKernel } from './label_counts.ts';
import { labelMatchKernel } from './label_match.ts';
import { labelWeightKernel } from './label_weight.ts';
import { layerNormBackwardKernel } from './layer_norm_backward.ts';
import { layerNormForwardKernel } from './layer_norm_forward.ts';
import { lionKernel } from './lion.ts';
import { lossSumKernel } from './loss_sum.ts';
import { lstmBackward } from './lstm_backward.ts';
import { lstmForward } from './lstm_forward.ts';
import { lstmOutputBackward } from './lstm_output_backward.ts';
import { lstmOutputForward } from './lstm_output_forward.ts';
import { lstmPointwiseBackward } from './lstm_pointwise_backward.ts';
import { lstmPointwiseForward } from './lstm_pointwise_forward.ts';
import { lstmSequenceBackward } from './lstm_sequence_backward.ts';
import { lstmSequenceForward } from './lstm_sequence_forward.ts';
import { lstmTiledBackward } from './lstm_tiled_backward.ts';
import { lstmTiledForward } from './lstm_tiled_forward.ts';
import { maskBegunKernel } from './mask_begun.ts';
import { maskMergeKernel } from './mask_merge.ts';
import { maskRowsKernel } from './mask_rows.ts';
import { maskedSoftmaxKernel } from './masked_softmax.ts';
import { maskedTagsKernel } from './masked_tags.ts';
import { matmulSubgroup, matmulTiledHalves } from './matmul_halves.ts';
import { matmulRegister, matmulTiled, matmulVector } from './matmul_kernels.ts';
import { maxPoolBackwardKernel } from './max_pool_backward.ts';
import { maxPoolForwardKernel } from './max_pool_forward.ts';
import { movingAverageKernel } from './moving_average.ts';
import { nadamKernel } from './nadam.ts';
import { nonNegativeKernel } from './non_negative.ts';
import { normConstraintKernel } from './norm_constraint.ts';
import { packHalvesKernel } from './pack_halves.ts';
import { repeatValuesKernel } from './repeat_values.ts';
import { reverseTimeKernel } from './reverse_time.ts';
import { rmsNormBackwardKernel } from './rms_norm_backward.ts';
import { rmsNormForwardKernel } from './rms_norm_forward.ts';
import { rmspropKernel } from './rmsprop.ts';
import { rnnBackward } from './rnn_backward.ts';
import { rnnForward } from './rnn_forward.ts';
import { rnnPointwiseBackward } from './rnn_pointwise_backward.ts';
import { rnnPointwiseForward } from './rnn_pointwise_forward.ts';
import { rnnSequenceBackward } from './rnn_sequence_backward.ts';
import { rnnSequenceForward } from './rnn_sequence_forward.ts';
import { rnnTiledBackward } from './rnn_tiled_backward.ts';
import { rnnTiledForward } from './rnn_tiled_forward.ts';
import { rowLossKernel, rowLossLabelsKernel } from './row_loss.ts';
import { sampleKernel } from './sample.ts';
import { scoreHistogramKernel } from './score_histogram.ts';
import { scoreSumKernel } from './score_sum.ts';
import { sgdKernel } from './sgd.ts';
import { softmaxBackwardKernel } from './softmax_backward.ts';
import { softmaxCrossEntropyKernel } from './softmax_cross_entropy.ts';
import { softmaxCrossEntropySoftKernel } from './softmax_cross_entropy_soft.ts';
import { softmaxForwardKernel } from './softmax_forward.ts';
import { squareSumKernel } from './square_sum.ts';
import { stridedCopyKernel } from './strided_copy.ts';
import { sumProductsKernel } from './sum_products.ts';
import { sumSlicesKernel } from './sum_slices.ts';
import { takeAverageKernel } from './take_average.ts';
import { thresholdMatchKernel } from './threshold_match.ts';
import { topKMatchKernel } from './top_k_match.ts';
import { transposeKernel } from './transpose.ts';
import { weightPenaltyKernel } from './weight_penalty.ts';
import { weightPenaltyBackwardKernel } from './weight_penalty_backward.ts';
import { windowKernel } from './window.ts';

export const kernels: readonly Kernel[] = [
  activationBackwardKernel,
  activationForwardKernel,
  adadeltaKernel,
  adagradKernel,
  adamKernel,
  adamaxKernel,
  additiveScoresBackwardKernel,
  additiveScoresKernel,
  advanceKernel,
  argmaxKernel,
  averagePoolBackwardKernel,
  averagePoolForwardKernel,
  batchedProductKernel,
  batchNormBackwardKernel,
  batchNormForwardKernel,
  batchNormStatisticsKernel,
  batchNormSumsKernel,
  carryRows,
  clipScaleKernel,
  columnMomentsKernel,
  columnProductKernel,
  columnSumKernel,
  combineKernel,
  combineBackwardKernel,
  conv1dBackwardInputKernel,
  conv1dBackwardWeightsKernel,
  conv1dForwardKernel,
  crfBackwardKernel,
  crfChainSlopesKernel,
  crfDecodeKernel,
  crfForwardKernel,
  crfSlopesKernel,
  ctcBackwardKernel,
  ctcForwardKernel,
  ctcLengthsKernel,
  dropoutKernel,
  embeddingBackwardKernel,
  embeddingEdgesKernel,
  embeddingForwardKernel,
  embeddingMergeKernel,
  embeddingOrderKernel,
  featureMaskKernel,
  ftrlKernel,
  gruBackward,
  gruBeforeCandidate,
  gruBeforeCandidateBackward,
  gruBeforeGates,
  gruBeforeGatesBackward,
  gruBeforeSequenceBackward.f32,
  gruBeforeSequenceBackward.f16,
  gruBeforeSequenceForward.f32,
  gruBeforeSequenceForward.f16,
  gruBeforeTiledCandidate,
  gruBeforeTiledCandidateBackward,
  gruBeforeTiledGates,
  gruBeforeTiledGatesBackward,
  gruForward,
  gruPointwiseBackward,
  gruPointwiseForward,
  gruResetBackward,
  gruResetForward,
  gruSequenceBackward.f32,
  gruSequenceBackward.f16,
  gruSequenceForward.f32,
  gruSequenceForward.f16,
  gruTiledBackward,
  gruTiledForward,
  hadamardKernel,
  labelCountsKernel,
  labelMatchKernel,
  labelWeightKernel,
  layerNormBackwardKernel,
  layerNormForwardKernel,
  lionKernel,
  lossSumKernel,
  lstmBackward,
  lstmForward,
  lstmOutputBackward,
  lstmOutputForward,
  lstmPointwiseBackward,
  lstmPointwiseForward,
  lstmSequenceBackward.f32,
  lstmSequenceBackward.f16,
  lstmSequenceForward.f32,
  lstmSequenceForward.f16,
  lstmTiledBackward,
  lstmTiledForward,
  maskedSoftmaxKernel,
  maskedTagsKernel,
  maskMergeKernel,
  maskBegunKernel,
  maskRowsKernel,
  matmulRegister,
  matmulSubgroup,
  matmulTiled,
  matmulTiledHalves,
  matmulVector,
  maxPoolBackwardKernel,
  maxPoolForwardKernel,
  movingAverageKernel,
  nadamKernel,
  nonNegativeKernel,
  normConstraintKernel,
  packHalvesKernel,
  repeatValuesKernel,
  reverseTimeKernel,
  rmsNormBackwardKernel,
  rmsNormForwardKernel,
  rmspropKernel,
  rnnBackward,
  rnnForward,
  rnnPointwiseBackward,
  rnnPointwiseForward,
  rnnSequenceBackward.f32,
  rnnSequenceBackward.f16,
  rnnSequenceForward.f32,
  rnnSequenceForward.f16,
  rnnTiledBackward,
  rnnTiledForward,
  rowLossKernel,
  rowLossLabelsKernel,
  sampleKernel,
  scoreHistogramKernel,
  scoreSumKernel,
  sgdKernel,
  softmaxBackwardKernel,
  softmaxCrossEntropyKernel,
  softmaxCrossEntropySoftKernel,
  softmaxForwardKernel,
  squareSumKernel,
  stridedCopyKernel,
  sumProductsKernel,
  sumSlicesKernel,
  takeAverageKernel,
  thresholdMatchKernel,
  topKMatchKernel,
  transposeKernel,
  weightPenaltyKernel,
  weightPenaltyBackwardKernel,
  windowKernel,
];
