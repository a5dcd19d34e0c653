// Short numbers that tell texts apart: what was measured with one shader says nothing of another.
import type { Choice } from '../core/choices.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import type { Dispatch } from '../core/plan.ts';
import { trialPlan } from './trial_plans.ts';
import { sharedSources } from './webgpu/shared_sources.ts';
import { specialise } from './webgpu/specialise.ts';

/** FNV-1a over the UTF-16 units of a text, 32 bits in hexadecimal. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

const ofKernel = new WeakMap<Kernel, Map<string, string>>();

/** Of what is compiled: the shader with what it imports, its conditions decided and its constants in front. */
function compiledHash({ kernel, constants }: Dispatch): string {
  let known = ofKernel.get(kernel);
  if (!known) {
    known = new Map();
    ofKernel.set(kernel, known);
  }
  const key = JSON.stringify(constants);
  const hash = known.get(key) ?? hashOf(specialise(kernel.wgsl, constants, sharedSources));
  known.set(key, hash);
  return hash;
}

/**
 * Tells what these candidates of a choice would run: what is compiled of their kernels. Builds a small plan for each.
 */
export function shadersOf(choice: Choice, names: Iterable<string>, { tuned: _, ...limits }: Limits): string {
  const parts: string[] = [];
  for (const name of [...names].sort()) {
    // What was a candidate once.
    if (!choice.candidates.some((c) => c.name === name)) continue;
    parts.push(name);
    try {
      const seen = new Set<string>();
      for (const step of trialPlan(choice, name, 'check', limits).plan.steps) {
        if (step.kind === 'dispatch') seen.add(`${step.kernel.name} ${compiledHash(step)}`);
      }
      parts.push(...seen);
    } catch {
      // It has no plan on this device, and no measurement that could be out of date.
    }
  }
  return hashOf(parts.join('\n'));
}
