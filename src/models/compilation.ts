// What compile() has left behind: an optimizer at its rate, the updates since, and what judges each output.
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Optimizer } from '../training/optimizers.ts';
import { type Compiled, type CompileOptions, objectivesOf } from './compile.ts';
import type { OutputSpec } from './loops.ts';
import type { Objective } from './model_plan.ts';

export class Compilation {
  readonly #name: string;
  #compiled: Compiled | undefined;
  #objectives: readonly Objective[] | undefined;
  #rate: number | undefined;
  /** The optimizer at that rate. */
  #atRate: Optimizer | undefined;
  /** Updates since compile(). */
  step = 0;

  constructor(name: string) {
    this.#name = name;
  }

  get options(): CompileOptions | undefined {
    return this.#compiled?.options;
  }

  /** The optimizer, at the learning rate that was set. */
  get optimizer(): Optimizer | undefined {
    if (this.#rate === undefined) return this.#compiled?.optimizer;
    this.#atRate ??= this.#compiled?.optimizer.withLearningRate(this.#rate);
    return this.#atRate;
  }

  get learningRate(): number {
    const { optimizer } = this;
    if (!optimizer) throw new OptionError(`[${this.#name}/learningRate] needs compile() before it`);
    return optimizer.hyper(this.step + 1)[0];
  }

  set learningRate(value: number) {
    if (!(typeof value === 'number' && value >= 0 && Number.isFinite(value))) {
      throw new OptionError(`[${this.#name}/learningRate] must be a number from 0 on, got ${shown(value)}`);
    }
    this.#rate = value;
    this.#atRate = undefined;
  }

  /** What judges each output; undefined before compile(), or while the outputs are not known. */
  get objectives(): readonly Objective[] | undefined {
    return this.#objectives;
  }

  /** Begins anew with what compile() was told, and the objectives where the outputs are known. */
  take(compiled: Compiled, objectives: readonly Objective[] | undefined): void {
    this.#compiled = compiled;
    this.#objectives = objectives;
    this.#rate = undefined;
    this.#atRate = undefined;
    this.step = 0;
  }

  /**
   * Losses and metrics for outputs that were not known when compile() was called.
   * @throws OptionError for those that do not fit.
   */
  settle(outputs: readonly OutputSpec[]): void {
    if (this.#compiled) this.#objectives = objectivesOf(this.#name, this.#compiled.options, outputs);
  }

  /** @throws OptionError before compile(), or where it was given no loss. */
  expect(where: string): void {
    if (!this.#compiled) {
      throw new OptionError(`[${this.#name}/${where}] needs compile({ optimizer, loss }) before it`);
    }
    if (this.#objectives?.every(({ loss, weight }) => !loss || weight === 0)) {
      throw new OptionError(`[${this.#name}/${where}] needs a loss: compile({ optimizer, loss })`);
    }
  }
}
