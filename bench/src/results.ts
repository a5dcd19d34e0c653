// What a run of the benchmark leaves behind: the one shape that measuring writes and tables, plots and comparison read.

/** A median with its spread. */
export interface Spread {
  median: number;
  /** First and third quartile. */
  low: number;
  high: number;
  runs: number;
}

/** What one training step or forward pass makes the API do, counted in the steady state. */
export interface Counts {
  dispatches: number;
  submits: number;
  bindGroups: number;
  buffers: number;
  /** Bytes of the buffers made. */
  bytes: number;
}

/** Where the engine ran: `node` is this process, `browser` one page. */
export type Place = 'node' | 'browser';

/** One engine on one work. */
export interface Measurement {
  /** The name of a work in works.ts, such as `M`. */
  work: string;
  cell: 'lstm' | 'gru' | 'rnn';
  mode: 'train' | 'forward' | 'single';
  place: Place;
  /** `webgpu-rnn webgpu`, `tfjs wasm`, `jax-js webgpu`, `torch cuda`, ... */
  engine: string;
  /** Milliseconds a step; absent where the engine could not do it. */
  milliseconds?: Spread;
  tokensPerSecond?: number;
  /** The way in which the library's model was written, where it has several: the fastest there. */
  form?: string;
  /** The loss of the whole chunk before any update, from the shared weights and without dropout. */
  firstLoss?: number;
  /** The chunk whose losses were compared with the reference, where that would take minutes for the whole one. */
  checkedChunk?: { N: number; T: number };
  /** In that case, |first loss of the whole chunk - that of `against`|; of several pairs the largest. Absent: not compared. */
  wholeChunk?: { difference: number; against: string };
  /** |first loss - ours on the CPU in f64|, of `checkedChunk` where there is one. */
  lossDifference?: number;
  /** The same of the third step, after two updates or with the states carried. */
  laterLossDifference?: number;
  counts?: Counts;
  /** Milliseconds from the start of building to the first loss read back. */
  firstStep?: number;
  /** Why there is no time. */
  reason?: string;
}

/** How much longer a peer takes than webgpu-rnn on the GPU, from pairs of neighbouring runs in the same place. */
export interface Ratio {
  work: string;
  cell: Measurement['cell'];
  mode: Measurement['mode'];
  place: Place;
  peer: string;
  ratio: Spread;
  /** The peer ran in a process of its own: its times over our median. */
  unpaired?: boolean;
}

/** One kernel of one of our plans. */
export interface KernelRow {
  work: string;
  cell: Measurement['cell'];
  kernel: string;
  scope: string;
  calls: number;
  milliseconds: number;
  gflops: number;
  gbs: number;
  /** Of the best matrix product and of the copy bandwidth measured in the same run. */
  shareOfMatmul: number;
  shareOfCopy: number;
}

/** Time of a training step as one size grows and the others stay. */
export interface Growth {
  axis: 'H' | 'N' | 'T' | 'V';
  value: number;
  engine: string;
  milliseconds: Spread;
}

export interface BenchResults {
  format: 1;
  date: string;
  commit: string;
  machine: {
    /** The adapter in words; a software adapter is called one. */
    adapter: string;
    software: boolean;
    host: string;
    cores: number;
    node: string;
    browser?: string;
  };
  method: {
    warmup: number;
    runs: number;
    blockMilliseconds: number;
    /** How webgpu-rnn chose among kernels that compute the same: by its cost model (`off`) or by measuring. */
    autotune?: 'off' | 'cached' | 'full';
  };
  /**
   * The fastest of all candidates of our matrix product at a few sizes, on normal values, and the faster of a buffer copy
   * and a copying kernel on large filled buffers: measured in this run, and no limits of the device itself.
   */
  ceilings: { matmulGflops: number; copyGbs: number };
  measurements: Measurement[];
  ratios: Ratio[];
  kernels: KernelRow[];
  growth: Growth[];
  /**
   * The counted figures by work (`S`: lstm) and cell (`S gru`), for --counts and --compare: of a device of which nothing is known (Dawn's null backend),
   * and so the same on every machine. Those of the adapter stand with the measurements.
   */
  counts: Record<string, Counts>;
  /** What was left out, each with its reason. */
  omitted: string[];
}
