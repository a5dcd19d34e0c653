// Names that tell things of one place apart: layers of a model, cells of a stack, outputs.

/** Each name once: one that comes again gets the next number that makes no name of another, lstm, lstm_1, as Keras counts. */
export function uniqueNames(names: readonly string[]): string[] {
  // A name that was given stays with whom it was given, wherever that one stands.
  const taken = new Set(names);
  const met = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let i = 1; met.has(name) && taken.has(unique); i++) unique = `${name}_${i}`;
    met.add(name);
    taken.add(unique);
    return unique;
  });
}
