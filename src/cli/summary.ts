// The `summary` command: layers, output shapes and parameter counts of a trained model, as Keras counts them.

import { buildPlan } from '../core/builder.ts';
import { defaultLimits } from '../core/limits.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { grouped, table } from './format.ts';
import { openModel, type TrainedModel } from './trained_model.ts';

export interface LayerSummary {
  name: string;
  type: string;
  /** Batch-major, as at every public door: N and T are open. */
  outputShape: (string | number)[];
  parameters: number;
}

/** Prints a table of the layers, or the same as one JSON object. */
export async function summary(folder: string, { json = false }: { json?: boolean }): Promise<void> {
  const opened = openModel(folder);
  const layers = summarize(opened);
  // Weights that do not fit the record are found here and not at the first use.
  opened.checkWeights();
  const total = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  if (json) {
    process.stdout.write(`${JSON.stringify({ layers, parameters: total })}\n`);
    return;
  }
  const rows = [
    ['layer (type)', 'output shape', 'parameters'],
    ...layers.map((layer) => [
      layer.name === layer.type ? layer.name : `${layer.name} (${layer.type})`,
      `[${layer.outputShape.join(', ')}]`,
      grouped(layer.parameters),
    ]),
  ];
  const lines = table([...rows, ['total', '', grouped(total)]], [2]);
  const rule = '-'.repeat(Math.max(...lines.map((line) => line.length)));
  process.stdout.write(`${[lines[0], rule, ...lines.slice(1, -1), rule, lines.at(-1)].join('\n')}\n`);
}

/** One row a layer; weights that two layers share are counted with the first. */
export function summarize({ model, parameters }: TrainedModel): LayerSummary[] {
  const rows: LayerSummary[] = [];
  buildPlan({ name: 'summary', limits: defaultLimits, parameters }, (b) => {
    let x: Tensor = b.input('ids', [1, 1], { dtype: 'u32' });
    model.layers.forEach((layer, i) => {
      const before = countOf(parameters.all);
      x = b.scope(model.layerNames[i], () => layer.build(b, x)) as Tensor;
      rows.push({
        name: model.layerNames[i],
        type: layer.name,
        outputShape: ['N', 'T', ...x.shape.slice(2)],
        parameters: countOf(parameters.all) - before,
      });
    });
  });
  return rows;
}

function countOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, t) => sum + sizeOf(t.shape), 0);
}
