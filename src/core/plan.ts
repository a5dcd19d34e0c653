// A plan: the flat, inert, printable list of steps that a backend loads and replays.
import type { Chosen } from './choices.ts';
import { show } from './errors.ts';
import type { Constants, Kernel } from './kernel.ts';
import { describeBinding } from './kernel.ts';
import type { Parameters } from './parameters.ts';
import { type Role, sizeOf, type Tensor } from './tensor.ts';

export interface Dispatch {
  readonly kind: 'dispatch';
  readonly kernel: Kernel;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly params: Readonly<Record<string, number>>;
  readonly constants: Constants;
  readonly workgroups: readonly [number, number, number];
  /** Where it was emitted, such as `lstm_1`. */
  readonly scope: string;
}

/** Copies all elements of `from` to `to`; both have the same size and lie in different storage. */
export interface Copy {
  readonly kind: 'copy';
  readonly from: Tensor;
  readonly to: Tensor;
  readonly scope: string;
}

/** Fills a tensor with zeros. */
export interface Clear {
  readonly kind: 'clear';
  readonly tensor: Tensor;
  readonly scope: string;
}

export type Step = Dispatch | Copy | Clear;

export class Plan {
  readonly name: string;
  readonly parameters: Parameters;
  readonly steps: readonly Step[];
  /** Tensors with storage of their own that some step touches, or that were declared. */
  readonly roots: readonly Tensor[];
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly states: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What was decided while the plan was built, and could be decided otherwise. */
  readonly choices: readonly Chosen[];

  constructor(parts: {
    name: string;
    parameters: Parameters;
    steps: readonly Step[];
    roots: readonly Tensor[];
    inputs: Readonly<Record<string, Tensor>>;
    states: Readonly<Record<string, Tensor>>;
    outputs: Readonly<Record<string, Tensor>>;
    choices: readonly Chosen[];
  }) {
    this.name = parts.name;
    this.parameters = parts.parameters;
    this.steps = parts.steps;
    this.roots = parts.roots;
    this.inputs = parts.inputs;
    this.states = parts.states;
    this.outputs = parts.outputs;
    this.choices = parts.choices;
  }

  /** Dispatches, copies and clears of one run. */
  counts(): { dispatches: number; copies: number; clears: number } {
    const count = (kind: Step['kind']) => this.steps.filter((s) => s.kind === kind).length;
    return { dispatches: count('dispatch'), copies: count('copy'), clears: count('clear') };
  }

  /** Bytes of storage by role, 4 bytes an element. */
  memory(): Record<Role, number> & { total: number } {
    const bytes = { input: 0, param: 0, grad: 0, slot: 0, state: 0, activation: 0, scratch: 0, total: 0 };
    for (const root of this.roots) {
      bytes[root.role] += 4 * sizeOf(root.shape);
      bytes.total += 4 * sizeOf(root.shape);
    }
    return bytes;
  }

  /**
   * The plan as text, one line a step; runs of steps that differ only in one param are folded into one line.
   * `full` prints every step.
   */
  explain({ full = false } = {}): string {
    const { dispatches, copies, clears } = this.counts();
    const memory = this.memory();
    const lines = [
      `plan ${this.name}: ${dispatches} dispatches, ${copies} copies, ${clears} clears, ${kib(memory.total)}`,
    ];
    for (const role of ['param', 'grad', 'slot', 'state', 'input', 'activation', 'scratch'] as const) {
      if (memory[role] > 0) lines.push(`  ${role.padEnd(10)} ${kib(memory[role])}`);
    }
    for (const { key, chosen, by, candidates } of this.choices) {
      const remark = candidates.find((c) => c.name === chosen)?.remark;
      const others = candidates.filter((c) => c.name !== chosen).map((c) => c.name);
      const decided = by === 'model' ? 'by the cost model' : by;
      lines.push(
        `  ${key}: ${chosen}${remark ? `, ${remark}` : ''} (${decided}${others.length > 0 ? `, not ${others.join(', ')}` : ''})`,
      );
    }
    let i = 0;
    while (i < this.steps.length) {
      let last = i;
      if (!full) while (last + 1 < this.steps.length && repeats(this.steps, i, last + 1)) last++;
      const index = last > i ? `${i}-${last}` : `${i}`;
      lines.push(`${index.padStart(9)}  ${describe(this.steps[i])}${last > i ? `  x${last - i + 1}` : ''}`);
      i = last + 1;
    }
    return lines.join('\n');
  }
}

/** Step `j` repeats step `i` when kernel, tensors and workgroups are the same; params may differ. */
function repeats(steps: readonly Step[], i: number, j: number): boolean {
  const a = steps[i];
  const b = steps[j];
  if (a.kind !== 'dispatch' || b.kind !== 'dispatch') return false;
  return (
    a.kernel === b.kernel &&
    a.workgroups.join() === b.workgroups.join() &&
    Object.keys(a.tensors).every((k) => a.tensors[k] === b.tensors[k])
  );
}

/** One line of text for a step. */
export function describe(step: Step): string {
  const place = step.scope ? `${step.scope}: ` : '';
  if (step.kind === 'copy') return `${place}copy ${label(step.from)} -> ${label(step.to)}`;
  if (step.kind === 'clear') return `${place}clear ${label(step.tensor)}`;
  const tensors = Object.entries(step.kernel.bindings).map(([name, binding]) => {
    const { access } = describeBinding(binding);
    const arrow = access === 'read' ? '' : access === 'write' ? '>' : '~';
    return `${arrow}${name}=${label(step.tensors[name])}`;
  });
  const params = Object.entries(step.params).map(([name, value]) => `${name}=${value}`);
  return `${place}${step.kernel.name} ${show(step.workgroups)}  ${tensors.join(' ')}  {${params.join(' ')}}`;
}

function label(t: Tensor): string {
  const at = t.base && t.role !== 'param' && t.role !== 'grad' ? `@${t.offset}` : '';
  return `${t.name}${at}${show(t.shape)}`.replaceAll(' ', '');
}

function kib(bytes: number): string {
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** The tensors that one step reads or writes. */
export function tensorsOf(step: Step): Tensor[] {
  if (step.kind === 'copy') return [step.from, step.to];
  if (step.kind === 'clear') return [step.tensor];
  return Object.values(step.tensors);
}
