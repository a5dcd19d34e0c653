// The files of operators and of layers that are not recurrent, for one backend.
import { describe } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import './attention.ts';
import './conv_pool_norm.ts';
import { runner as layers } from './keras_layers_other.ts';
import { runner as padding } from './keras_pad_sequences.ts';
import { runner as onnx } from './onnx_misc.ts';
import { conformanceTests } from './suite.ts';
import { runner as webnn } from './webnn_misc.ts';

export function operatorTests(backend: () => Backend): void {
  describe('keras_layers_other', () => conformanceTests('keras_layers_other.json', layers, backend));
  describe('keras_pad_sequences', () => conformanceTests('keras_pad_sequences.json', padding, backend));
  describe('webnn_misc', () => conformanceTests('webnn_misc.json', webnn, backend));
  describe('onnx_node_misc', () => conformanceTests('onnx_node_misc.json', onnx, backend));
  describe('onnx_pytorch_converted', () => conformanceTests('onnx_pytorch_converted.json', onnx, backend));
}
