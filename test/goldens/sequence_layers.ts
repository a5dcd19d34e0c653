// Golden cases of layer normalization, convolution, pooling and a network of all: kinds layernorm, conv1d, pool1d, textcnn.
import type { Backend } from '../../src/backends/backend.ts';
import { conv1D } from '../../src/layers/conv_1d.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { layerNormalization } from '../../src/layers/layer_normalization.ts';
import { concatenate } from '../../src/layers/merge.ts';
import {
  averagePooling1D,
  globalAveragePooling1D,
  globalMaxPooling1D,
  maxPooling1D,
} from '../../src/layers/pooling.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import { axes, checkGraph, same } from './graph.ts';

type Check = (id: string, backend: Backend, precision: 'f32' | 'f64') => Promise<void>;

/** torch's [N,C,L] and [O,C,K] are [T,N,D] and [K,D,O] here. */
const timeFirst = axes(2, 0, 1);
const tapsFirst = axes(2, 1, 0);
const transposed = axes(1, 0);

export const checks: Readonly<Record<string, Check>> = {
  layernorm: (id, backend, precision) =>
    checkGraph(id, backend, precision, (b, { golden, input, upstream }) => {
      const { eps, affine } = golden.attrs as { eps: number; affine: boolean };
      const y = layerNormalization({ epsilon: eps, center: affine, scale: affine }).build(
        b,
        input('x', same),
      );
      upstream(y, 'y', same);
      return { outputs: { y: [y, same] }, weights: { gamma: [['gamma', same]], beta: [['beta', same]] } };
    }),

  conv1d: (id, backend, precision) =>
    checkGraph(id, backend, precision, (b, { golden, input, upstream }) => {
      const a = golden.attrs as {
        stride: number;
        padding: number | 'same';
        dilation: number;
        groups: number;
      };
      const [filters, , kernelSize] = golden.tensors['w.weight'].shape;
      const { stride: strides, dilation: dilationRate, padding, groups } = a;
      const useBias = golden.tensors['w.bias'] !== undefined;
      const layer = conv1D({ filters, kernelSize, strides, padding, dilationRate, groups, useBias });
      const y = layer.build(b, input('x', timeFirst));
      upstream(y, 'y', timeFirst);
      return {
        outputs: { y: [y, timeFirst] },
        weights: { kernel: [['weight', tapsFirst]], bias: [['bias', same]] },
      };
    }),

  pool1d: (id, backend, precision) =>
    checkGraph(id, backend, precision, (b, { golden, input, upstream }) => {
      const a = golden.attrs as { op: string; kernel: number; stride: number; padding: number };
      const { kernel: poolSize, stride: strides, padding } = a;
      const layers = {
        max: () => maxPooling1D({ poolSize, strides, padding }),
        avg: () => averagePooling1D({ poolSize, strides, padding, countPadding: true }),
        globalmax: () => globalMaxPooling1D(),
        globalavg: () => globalAveragePooling1D(),
      };
      const layout = a.op.startsWith('global') ? same : timeFirst;
      const y = layers[a.op as keyof typeof layers]().build(b, input('x', timeFirst));
      upstream(y, 'y', layout);
      return { outputs: { y: [y, layout] }, weights: {} };
    }),

  textcnn: (id, backend, precision) =>
    checkGraph(id, backend, precision, (b, { golden, input }) => {
      const a = golden.attrs as {
        kernel_sizes: number[];
        filters: number;
        classes: number;
        padding_idx: number | null;
      };
      const [inputDim, outputDim] = golden.tensors['w.embedding'].shape;
      const table = embedding({
        inputDim,
        outputDim,
        ...(a.padding_idx !== null && { paddingIndex: a.padding_idx }),
      });
      const x = b.scope('embedding', () => table.build(b, input('ids', transposed, true)));
      const features = a.kernel_sizes.map((kernelSize) => {
        const conv = conv1D({ filters: a.filters, kernelSize, activation: 'relu' });
        const y = b.scope(`conv${kernelSize}`, () => conv.build(b, x));
        return globalMaxPooling1D().build(b, y);
      });
      const joined = concatenate().build(b, ...features);
      const logits = b.scope('out', () => dense({ units: a.classes }).build(b, joined));
      const labels = input('labels', same, true);
      const loss = sparseCategoricalCrossentropy({ keepLogits: true })(b, logits, labels);
      return {
        outputs: { features: [joined, same], logits: [logits, same], loss: [loss, same] },
        weights: {
          'embedding/embeddings': [['embedding', same]],
          'out/kernel': [['out_weight', transposed]],
          'out/bias': [['out_bias', same]],
          ...Object.fromEntries(
            a.kernel_sizes.flatMap((k) => [
              [`conv${k}/kernel`, [[`conv${k}_weight`, tapsFirst]]],
              [`conv${k}/bias`, [[`conv${k}_bias`, same]]],
            ]),
          ),
        },
      };
    }),
};
