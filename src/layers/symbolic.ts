// Symbolic tensors: what layers are applied to while a functional model is put together; a graph without data.
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { AnyLayer } from './layer.ts';

/** A layer applied to inputs, or an input of the model. */
export interface Node {
  /** Undefined for an input. */
  readonly layer: AnyLayer | undefined;
  readonly inputs: readonly Symbolic[];
  readonly input?: InputSpec;
}

export interface InputSpec {
  /** Without the batch: [T,D], [D], or [T] for ids; null where a length may vary. */
  readonly shape: readonly (number | null)[];
  readonly dtype: 'float32' | 'int32';
  readonly name: string;
}

/**
 * The outcome of a layer, before any data: the argument of other layers and of `model`.
 * The outcome of a layer with several outputs is taken apart: `const [out, h, c] = lstm({ units, returnState: true })(x)`.
 */
export interface Symbolic extends Iterable<Symbolic> {
  readonly node: Node;
  /** Which output of the node; undefined for all of several. */
  readonly index: number | undefined;
}

/** How a layer stands in the functional style. */
export interface Applicable {
  /** Applies the layer to a tensor, or to several in the order of `build`. */
  (x: Symbolic | readonly Symbolic[], options?: ApplyOptions): Symbolic;
  /** The same as calling the layer. */
  apply(x: Symbolic | readonly Symbolic[], options?: ApplyOptions): Symbolic;
}

export interface ApplyOptions {
  /** First states of a recurrent layer, each [N,H]; they follow x among the inputs. */
  initialState?: Symbolic | readonly Symbolic[];
}

export interface InputLayerOptions {
  /** Without the batch: [T,D] for a sequence of features, [D] for rows, [T] for ids; null where a length may vary. */
  shape: readonly (number | null)[];
  /** 'int32' for ids; default 'float32'. */
  dtype?: 'float32' | 'int32';
  name?: string;
}

let inputCount = 0;

/**
 * An input of a functional model.
 * @throws OptionError for a shape that is no array of positive integers or null.
 */
export function input(options: InputLayerOptions): Symbolic {
  checkOptions('input', options, ['shape', 'dtype', 'name']);
  const { shape, dtype = 'float32', name = `input_${inputCount++}` } = options;
  const fine = Array.isArray(shape) && shape.every((n) => n === null || (Number.isSafeInteger(n) && n > 0));
  if (!fine) {
    throw new OptionError(
      `[${name}/shape] must be an array of positive integers or null, without the batch, such as [null, 3];` +
        ` got ${Array.isArray(shape) ? show(shape as number[]) : shown(shape)}`,
    );
  }
  if (dtype !== 'float32' && dtype !== 'int32') {
    throw new OptionError(`[${name}/dtype] must be 'float32' or 'int32', got ${shown(dtype)}`);
  }
  return symbolic({ layer: undefined, inputs: [], input: { shape: [...shape], dtype, name } }, 0);
}

export function isSymbolic(value: unknown): value is Symbolic {
  return typeof value === 'object' && value !== null && 'node' in value && 'index' in value;
}

/**
 * Applies a layer; nothing is computed, and shapes are checked when the model is made.
 * @throws OptionError when an argument is no symbolic tensor, or stands for several outputs at once.
 */
export function apply(
  layer: AnyLayer,
  x: Symbolic | readonly Symbolic[],
  options: ApplyOptions = {},
): Symbolic {
  if (isSymbolic(options) || Array.isArray(options)) {
    throw new OptionError(
      `[${layer.name}] takes several tensors as one array, layer([a, b]), and first states as layer(x, { initialState: [h] })`,
    );
  }
  checkOptions(`${layer.name}/apply`, options, ['initialState']);
  const { initialState } = options;
  const states = initialState === undefined ? [] : isSymbolic(initialState) ? [initialState] : initialState;
  const inputs = [...(Array.isArray(x) ? x : [x]), ...states];
  for (const one of inputs) expectSingle(layer.name, one);
  if (inputs.length === 0) throw new OptionError(`[${layer.name}] is applied to no tensor`);
  const node: Node = { layer, inputs };
  return symbolic(node, (layer.outputs ?? 1) > 1 ? undefined : 0);
}

/** @throws OptionError unless `value` is one symbolic tensor. */
export function expectSingle(where: string, value: unknown): asserts value is Symbolic {
  if (!isSymbolic(value)) {
    throw new OptionError(
      `[${where}] takes symbolic tensors, such as input({ shape }) and layers give, got ${shown(value)}${insteadOf(value)}`,
    );
  }
  if (value.index === undefined) {
    const { layer } = value.node;
    throw new ShapeError(
      `[${where}] got all ${layer?.outputs} outputs of ${layer?.name} as one; take them apart: const [first, ...rest] = ...`,
    );
  }
}

/** The way out where something else was given for a symbolic tensor. */
export function insteadOf(value: unknown): string {
  const { build, name, shape, dtype } = Object(value) as {
    [key in 'build' | 'name' | 'shape' | 'dtype']?: unknown;
  };
  if (typeof build === 'function') return `; apply it to a tensor: ${name}(x)`;
  const isData = Array.isArray(value) || ArrayBuffer.isView(value) || 'data' in Object(value);
  if (isData) return '; data are given to fit and predict';
  return Array.isArray(shape) && (dtype === undefined || typeof dtype === 'string')
    ? '; input({ shape }) makes one'
    : '';
}

function symbolic(node: Node, index: number | undefined): Symbolic {
  return {
    node,
    index,
    *[Symbol.iterator]() {
      const count = node.layer?.outputs ?? 1;
      for (let i = 0; i < count; i++) yield index === undefined ? symbolic(node, i) : this;
    },
  };
}
