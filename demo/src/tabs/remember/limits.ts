// Sizes that the tab and its worker both know.

/** The longest text that is watched, in characters. */
export const longestText = 512;
