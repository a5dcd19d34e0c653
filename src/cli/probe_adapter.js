// Prints which GPU adapter Dawn finds in this process's environment, as JSON or null: a process of its own, because a driver may crash.

import { create } from 'webgpu';

/** @type {GPUAdapter | null} */
const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
const info = adapter?.info;
const found = info && {
  name: [info.vendor, info.architecture, info.description].filter(Boolean).join(' '),
  software: info.isFallbackAdapter,
};
process.stdout.write(`${JSON.stringify(found ?? null)}\n`, () => process.exit(0));
