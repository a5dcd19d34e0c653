// The errors a user meets: one class for each kind of mistake, so that callers can tell them apart.

/** A shape, a dtype or a graph that does not fit; thrown while a plan is built or loaded. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** Data that cannot be used: bad text, labels out of range, NaN, a file too short. */
export class DataError extends Error {
  override name = 'DataError';
}

/** No adapter, a lost device, or no memory left on it. */
export class DeviceError extends Error {
  override name = 'DeviceError';
}

/** A file that is not what it should be. */
export class FormatError extends Error {
  override name = 'FormatError';
}

/** An option outside its range, or two options that exclude each other. */
export class OptionError extends Error {
  override name = 'OptionError';
}

/** Formats a shape as users write it: `[64, 1024]`. */
export function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
