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
    ...(values.host && { host: true }),
  },
});
await server.listen();
process.stdout.write('The demo page:\n');
server.printUrls();
