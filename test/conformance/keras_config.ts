// Keras' configs of layers as this library spells them.

export interface KerasConfig {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What Keras 2 and tf.layers call hard sigmoid: max(0, min(1, 0.2·x + 0.5)). */
const HARD_SIGMOID_2 = { name: 'hardSigmoid', alpha: 0.2, beta: 0.5 };

/** A layer and those within it, as this library spells their options. */
export function translated({ class_name, config }: KerasConfig): {
  className: string;
  config: Record<string, unknown>;
} {
  const entries = Object.entries(config).map(([key, value]) => {
    const option = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [option, isConfig(value) ? inner(value) : value === 'hard_sigmoid_k2' ? HARD_SIGMOID_2 : value];
  });
  return { className: class_name, config: Object.fromEntries(entries) };
}

/** Keras names the stack of cells, which here is a list. */
function inner(value: KerasConfig): unknown {
  if (value.class_name !== 'StackedRNNCells') return translated(value);
  return (value.config.cells as KerasConfig[]).map(translated);
}

function isConfig(value: unknown): value is KerasConfig {
  return typeof (value as KerasConfig | null)?.class_name === 'string';
}
