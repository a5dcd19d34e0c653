// Where callbacks say something: the terminal in Node, the console of a page in browsers.

export interface Console {
  write(text: string): void;
  /** Whether a line can be drawn over. */
  readonly terminal: boolean;
  columns(): number;
}

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Standard output where there is one, else the console, which takes whole lines. */
export function hostConsole(): Console {
  const { process } = globalThis as { process?: { stdout?: Stream } };
  const stream = process?.stdout;
  if (typeof stream?.write === 'function') {
    return {
      write: (text) => void stream.write(text),
      terminal: stream.isTTY === true,
      columns: () => stream.columns ?? 80,
    };
  }
  let line = '';
  return {
    write(text) {
      const lines = (line + text).split('\n');
      line = lines.pop()!;
      for (const one of lines) console.log(one);
    },
    terminal: false,
    columns: () => 80,
  };
}
