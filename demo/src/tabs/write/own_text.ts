// Whether a visitor's file is a text, which the page sees before a model is given up for it.
import { MAX_BYTES } from './limits.ts';

/** Why bytes are no text to learn, as a sentence about it; undefined where they are one. */
export function troubleWith(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_BYTES) {
    return `has ${Math.ceil(bytes.length / 1e5) / 10} MB; texts of up to ${MAX_BYTES / 1e6} MB can be read. Take a part of it.`;
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return 'is text in UTF-16; save it as UTF-8 and drop it again.';
  }
  if (bytes.includes(0)) return 'is not a text but a binary file.';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trim() === '' ? 'is empty.' : undefined;
  } catch {
    return 'is not a text in UTF-8: a picture, a document or another encoding perhaps. A text is saved as UTF-8 by any editor.';
  }
}
