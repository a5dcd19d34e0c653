// Types of wgsl-preprocessor, which ships none.
declare module 'wgsl-preprocessor/wgsl-preprocessor.js' {
  /** Tagged template that resolves #if, #elif, #else and #endif; each condition is followed by a hole. */
  export function wgsl(strings: readonly string[], ...values: unknown[]): string;
}
