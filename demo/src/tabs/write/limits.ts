// Sizes that the tab and its worker both know.

/** What one file may have. */
export const MAX_BYTES = 20e6;
