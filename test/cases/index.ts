// All case tables by kernel name, found by their file names; tests and benchmark take them from here.
import type { KernelCase } from './kernel_case.ts';

const tables = import.meta.glob<{ cases: readonly KernelCase[] }>('./*.cases.ts', { eager: true });

export const casesByKernel: ReadonlyMap<string, readonly KernelCase[]> = new Map(
  Object.entries(tables).map(([path, table]) => [path.replace(/^\.\/(.*)\.cases\.ts$/, '$1'), table.cases]),
);
