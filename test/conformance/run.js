// `npm run conformance`: runs all published and golden cases on both backends, prints the table, and writes docs/conformance.md.
import { launch } from '../../src/cli/launch.js';

const projects = ['--project', 'cpu', '--project', 'gpu'];
const env = { ...process.env, CONFORMANCE: 'write' };
process.exitCode = await launch(
  ['vitest', 'run', ...projects, 'test/conformance', 'test/goldens', ...process.argv.slice(2)],
  { env },
);
