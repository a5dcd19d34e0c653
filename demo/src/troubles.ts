// What goes wrong with a device, its memory or its worker, in the visitor's words.

/** Why the work in the background stands. */
export type Why = 'lost' | 'memory' | 'fault' | 'ended' | 'start';

export interface Loss {
  why: Why;
  /** As the browser or the driver says it. */
  reason: string;
  /** Milliseconds for which the machine slept just before. */
  slept?: number;
}

/** Whether an error says that there is too little memory; neither browsers nor drivers have one class for it. */
export function isMemory({ message, name }: { message: string; name: string }): boolean {
  if (['OptionError', 'DataError', 'FormatError'].includes(name)) return false;
  return /\bmemory\b|allocat|array length|array buffer|allows \d+ a buffer|device can bind/i.test(message);
}

/** A message as part of a sentence: sizes in words, without the place in front, but for a tensor's name, and the stop. */
export function plain(message: string): string {
  return message
    .trim()
    .replace(/^\[([^\]]*)\] (?=\[)/, '$1 ')
    .replace(/^\[[^\]]*\] /, '')
    .replace(/\.$/, '')
    .replace(/\b\d{6,}\b(?: bytes)?/g, (digits) => inBytes(Number.parseInt(digits, 10)));
}

/** What a loss is told as. */
export function lossText({ why, reason, slept = 0 }: Loss, kept: boolean): string {
  const weights = kept ? 'The last weights are kept.' : 'No weights had been kept yet.';
  const said = reason === '' ? '' : ` (${plain(reason)})`;
  const asleep = slept > 0 ? ' while the computer slept' : '';
  const what: Readonly<Record<Why, string>> = {
    lost: `The GPU was lost${asleep}${said}.`,
    memory: `The GPU has no memory left${said}. Programs and tabs that are closed give some back; a smaller batch, window or network takes less.`,
    fault: `The GPU refused its work${said}.`,
    ended: `The work in the background has ended${asleep}${said}.`,
    start: `The work in the background could not begin${said}. Is the network there?`,
  };
  return why === 'start' ? what.start : `${what[why]} ${weights}`;
}

/** How long a sleep was, such as `12 minutes`. */
export function inTime(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 100) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} minutes`;
  return `${Math.round(minutes / 60)} hours`;
}

/** A size such as `1.3 GB`, in powers of 1024. */
export function inBytes(bytes: number): string {
  const units = ['KB', 'MB', 'GB', 'TB'];
  const power = Math.min(4, Math.max(1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 1024 ** power;
  const digits = power === 1 ? String(Math.ceil(value)) : value.toFixed(value < 100 ? 1 : 0);
  return `${digits} ${units[power - 1]}`;
}
