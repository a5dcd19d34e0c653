// Names the adapter that GPU tests run on, and gives their processes the environment that finds it, however vitest was started.

import { findAdapter } from '../../src/cli/launch.js';

/** Runs once before a project's tests; the processes that vitest starts afterwards inherit the variables. */
export default async function setup(): Promise<void> {
  const isFirst = process.env.WEBGPU_RNN_ADAPTER_NAMED === undefined;
  const adapter = await findAdapter();
  Object.assign(process.env, adapter.env, { WEBGPU_RNN_ADAPTER_NAMED: '1' });
  if (adapter.kind === 'none' && process.env.REQUIRE_GPU === '1') {
    throw new Error(`REQUIRE_GPU=1 and no GPU adapter: ${adapter.name}`);
  }
  if (isFirst) process.stderr.write(` GPU adapter: ${adapter.name} (${adapter.kind})\n`);
}
