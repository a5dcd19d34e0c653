// Short numbers that tell texts apart: what was measured with one shader says nothing of another.
import type { Choice } from '../core/choices.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import { trialPlan } from './trial_plans.ts';

/** FNV-1a over the UTF-16 units of a text, 32 bits in hexadecimal. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

const ofKernel = new WeakMap<Kernel, string>();

/**
 * Tells what these candidates of a choice would run: their kernels' shaders and constants, without what the shaders
 * import. Builds a small plan for each.
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
        if (step.kind !== 'dispatch') continue;
        const { kernel, constants } = step;
        const hash = ofKernel.get(kernel) ?? hashOf(kernel.wgsl);
        ofKernel.set(kernel, hash);
        seen.add(`${kernel.name} ${hash} ${JSON.stringify(constants)}`);
      }
      parts.push(...seen);
    } catch {
      // It has no plan on this device, and no measurement that could be out of date.
    }
  }
  return hashOf(parts.join('\n'));
}
