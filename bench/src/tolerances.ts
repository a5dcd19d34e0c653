// How far a loss may be off before an engine counts as computing something else.

/** |first loss - reference| */
export const firstLoss = 1e-4;

/** The same of a later step: after updates, rounding differs more, because Adam divides gradients by their own size. */
export const laterLoss = 1e-2;

/**
 * How far a first loss may be off. TF32 has 10 bits behind the point and bf16 has 7, where f32 has 23: rounding the weights
 * alone moves the losses of S to textbook by up to 6e-5 and 4e-4, and the script rounds states and gates too. A wrong order of
 * gates moves them by 8e-3 and more, which the run in f32 from the same file shows wherever bf16 would not.
 */
export const torchTolerances = { f32: firstLoss, tf32: 2e-3, bf16: 2e-2 } as const;
