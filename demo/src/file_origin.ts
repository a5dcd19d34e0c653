// Tells which tab a model file comes from, for a visitor who drops it in another one.

const homes: Readonly<Record<string, string>> = {
  write: 'Write',
  remember: 'Remember',
  forecast: 'Forecast',
  words: 'Tag & translate, where it finds words',
  sums: 'Tag & translate, where it adds',
};

/** The tab that a file of this page belongs to, as models are kept by it, and in words; undefined for other files. */
export function originOf(bytes: Uint8Array): { tab: string; words: string } | undefined {
  const tab = tabOf(metadataOf(bytes));
  return tab === undefined ? undefined : { tab, words: homes[tab] };
}

function tabOf({ format, model, extras }: Record<string, string>): string | undefined {
  if (format === 'webgpu-rnn/1') return model === undefined ? undefined : 'write';
  if (format !== 'webgpu-rnn model 1') return undefined;
  const { task, kind } = (parsed(extras) ?? {}) as Record<string, unknown>;
  if (kind === 'segment') return 'words';
  if (kind === 'add') return 'sums';
  if (task === 'forecast') return 'forecast';
  return typeof task === 'string' ? 'remember' : undefined;
}

/** What the header of a safetensors file says about it: u64 length, JSON. */
function metadataOf(bytes: Uint8Array): Record<string, string> {
  if (bytes.length < 9) return {};
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.length - 8) return {};
  const header = parsed(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as
    | { __metadata__?: Record<string, string> }
    | undefined;
  return header?.__metadata__ ?? {};
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
