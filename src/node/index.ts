// The door of what only Node has: `webgpu-rnn/node`.
export { folder } from './folder.ts';
