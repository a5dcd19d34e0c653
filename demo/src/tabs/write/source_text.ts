// Some of the library's own modules and shaders as one text, loaded when it is asked for.

const modules = import.meta.glob<string>('../../../../src/{core,training}/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const shaders = import.meta.glob<string>(
  '../../../../shaders/{lstm,gru,rnn,adam,sample,softmax,window}*.wgsl',
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);

/** All files in the order of their paths. */
export function sourceText(): string {
  const files = Object.entries({ ...modules, ...shaders }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${files.map(([, text]) => text.trimEnd()).join('\n\n')}\n`;
}
