// Data that lies beside the project and is not copied into it: where it is missing, tests say so, and fail in CI.
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/', import.meta.url);

/**
 * The text of a file in ../shared, or undefined with a loud line about what is not run.
 * @throws Error where it is missing and CI=true.
 */
export function sharedText(path: string, purpose: string): string | undefined {
  const file = new URL(path, folder);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const message = `NOT RUN: ${purpose}, because ../shared/${path} is missing`;
  if (process.env.CI === 'true') throw new Error(message);
  console.warn(`\n*** ${message} ***\n`);
  return undefined;
}
