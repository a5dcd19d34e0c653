// Every kernel case on this machine's GPU, without a test runner: correctness is seen before times are believed.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { kernels } from '../../src/kernels/index.ts';
import { casesByKernel } from '../../test/cases/index.ts';
import { cannotRun, runKernelCase } from '../../test/harness/kernel_run.ts';

interface Failure {
  kernel: string;
  case: string;
  message: string;
}

/** Runs the cases of these kernels, or of all, and prints a line for each kernel. */
async function check(
  names: readonly string[],
): Promise<{ adapter: string; passed: number; failures: Failure[] }> {
  const unknown = names.find((name) => !kernels.some((kernel) => kernel.name === name));
  if (unknown !== undefined) {
    throw new Error(`there is no kernel ${unknown}; there are ${kernels.map(({ name }) => name).join(', ')}`);
  }
  const backend = await webgpu({ precision: 'f16' });
  console.log(`adapter: ${backend.description}`);
  const failures: Failure[] = [];
  let passed = 0;
  for (const kernel of kernels) {
    if (names.length > 0 && !names.includes(kernel.name)) continue;
    if (cannotRun(kernel, backend) !== undefined) continue;
    const cases = casesByKernel.get(kernel.name) ?? [];
    const before = failures.length;
    const started = performance.now();
    for (const it of cases) {
      const message = await runKernelCase(kernel, it, backend).then(
        (result) => (result.passed ? undefined : result.message),
        (error: Error) => error.message,
      );
      if (message === undefined) passed++;
      else failures.push({ kernel: kernel.name, case: it.name, message });
    }
    const failed = failures.length - before;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const verdict = failed === 0 ? 'passed' : `${failed} of ${cases.length} FAILED`;
    console.log(
      `${kernel.name.padEnd(32)} ${String(cases.length).padStart(3)} cases  ${seconds.padStart(6)} s  ${verdict}`,
    );
    for (const failure of failures.slice(before)) console.log(`  ${failure.case}: ${failure.message}`);
  }
  const result = { adapter: backend.description, passed, failures };
  backend.dispose();
  return result;
}

try {
  const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });
  const result = await check(positionals);
  console.log(`${result.passed} cases passed, ${result.failures.length} failed on ${result.adapter}`);
  if (values.out !== undefined) {
    fs.mkdirSync(values.out, { recursive: true });
    const file = path.join(values.out, 'check.json');
    fs.writeFileSync(`${file}.tmp`, `${JSON.stringify(result, null, 2)}\n`);
    fs.renameSync(`${file}.tmp`, file);
    console.log(`written to ${file}`);
  }
  process.exitCode = result.failures.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`check: ${(error as Error).message}`);
  process.exitCode = 1;
}
// Dawn's threads would keep the process alive.
process.exit();
