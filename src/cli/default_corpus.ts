// The text that `train` reads when it is given none: the source of this program, as it was when it was built.

const shaders = import.meta.glob<string>('../../shaders/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const modules = import.meta.glob<string>('../{core,kernels,layers,models,training}/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** All files in the order of their names, each kernel beside its shader. */
export function defaultCorpus(): string {
  const stem = (file: string): string => file.split('/').at(-1)!;
  const files = Object.entries({ ...shaders, ...modules });
  files.sort(([a], [b]) => (stem(a) < stem(b) ? -1 : stem(a) > stem(b) ? 1 : a < b ? -1 : 1));
  return files.map(([, text]) => text.trimEnd()).join('\n\n');
}
