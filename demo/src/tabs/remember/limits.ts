// Sizes that the tab and its worker both know.

/** The longest text that is watched, in characters. */
export const longestText = 512;
/** Of these n the counting network sees a text; the others up to `mostCounted` it has never seen. */
export const countsInTraining = [1, 2, 3, 5, 6, 8, 9, 10];
export const mostCounted = 14;
