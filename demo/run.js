// Serves the demo page while one works on it: `npm run demo [-- --port 5180 --host]`.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';

const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'boolean' } } });
const server = await createServer({
  configFile: fileURLToPath(new URL('./vite.config.ts', import.meta.url)),
  server: {
    ...(values.port !== undefined && { port: Number(values.port), strictPort: true }),
    // A secure context as localhost is, and no name to look up: a bare machine has no /etc/hosts.
    host: values.host || '127.0.0.1',
  },
});
try {
  await server.listen();
} catch (error) {
  process.stderr.write(
    `demo: the page cannot be served: ${error instanceof Error ? error.message : error}\n`,
  );
  process.exit(1);
}
process.stdout.write('The demo page:\n');
server.printUrls();
