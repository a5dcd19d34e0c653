// What a GPU is good at, in the few numbers that the cost models need: a guess by its name, which autotune may overrule.

export interface DeviceModel {
  /** Compute units: streaming multiprocessors, compute units, cores. */
  readonly cores: number;
  /** Floating-point operations a core does in a microsecond, f32; a fused multiply-add counts as two. */
  readonly coreFlops: number;
  /** Microseconds from one dispatch to the next that depends on it. */
  readonly launch: number;
  /** Microseconds from one phase of a workgroup to the next: a barrier and the loads behind it. */
  readonly barrier: number;
  /** Bytes a core reads from the cache that all cores share, in a microsecond. */
  readonly coreCacheBytes: number;
  /** Bytes the device moves from and to memory in a microsecond. */
  readonly memoryBytes: number;
  /** Bytes of that cache; what is larger comes from memory each time. */
  readonly cacheBytes: number;
  /** Registers of a core, bytes. */
  readonly registerBytes: number;
  /** Registers of 4 bytes that one thread can have. */
  readonly threadRegisters: number;
}

/** The middle of what is in use: a discrete GPU of some years ago. */
const typical: DeviceModel = {
  cores: 32,
  coreFlops: 250_000,
  launch: 4,
  barrier: 0.2,
  coreCacheBytes: 40_000,
  memoryBytes: 300_000,
  cacheBytes: 4 * 1024 * 1024,
  registerBytes: 256 * 1024,
  threadRegisters: 255,
};

/** Cores times clock of well-known devices, by words in the adapter's name or architecture; the first match counts. */
const known: readonly [RegExp, Partial<DeviceModel>][] = [
  // Peak 1.75 GHz x 128 lanes x 2; 132 cores; L2 5.5 TB/s and HBM3 3.35 TB/s as measured by microbenchmarks.
  [
    /\bH[12]00\b|hopper/i,
    {
      ...{ cores: 132, coreFlops: 450_000, launch: 2.5, coreCacheBytes: 42_000 },
      ...{ cacheBytes: 50 * 1024 * 1024, memoryBytes: 3_300_000 },
    },
  ],
  [
    /\bA100\b/i,
    {
      ...{ cores: 108, coreFlops: 180_000, launch: 2.5, coreCacheBytes: 40_000 },
      ...{ cacheBytes: 40 * 1024 * 1024, memoryBytes: 1_500_000 },
    },
  ],
  [
    /RTX [45]0[789]0|\bada\b|blackwell/i,
    { cores: 76, coreFlops: 600_000, launch: 3, memoryBytes: 700_000, cacheBytes: 48 * 1024 * 1024 },
  ],
  [
    /nvidia|geforce|turing|ampere|pascal/i,
    { cores: 40, coreFlops: 400_000, launch: 3, memoryBytes: 400_000 },
  ],
  [/radeon|rdna|amd/i, { cores: 36, coreFlops: 300_000, launch: 4, memoryBytes: 350_000 }],
  [
    /apple|metal/i,
    {
      ...{ cores: 10, coreFlops: 330_000, launch: 6, memoryBytes: 100_000 },
      ...{ registerBytes: 208 * 1024, threadRegisters: 128 },
    },
  ],
  [
    /intel|iris|\bxe\b/i,
    {
      ...{ cores: 12, coreFlops: 80_000, launch: 6, coreCacheBytes: 20_000, memoryBytes: 50_000 },
      ...{ registerBytes: 64 * 1024, threadRegisters: 64 },
    },
  ],
  [
    /adreno|\bmali\b|qualcomm|\barm\b/i,
    {
      ...{ cores: 8, coreFlops: 60_000, launch: 12, coreCacheBytes: 15_000, memoryBytes: 30_000 },
      ...{ cacheBytes: 1024 * 1024, registerBytes: 64 * 1024, threadRegisters: 64 },
    },
  ],
];

/** A software adapter: two cores of a CPU, where a dispatch is cheap beside what it computes and a barrier is dear. */
const softwareModel: DeviceModel = {
  cores: 2,
  coreFlops: 1500,
  launch: 40,
  // With a workgroup of 256 threads, each of which is left and entered again.
  barrier: 1500,
  coreCacheBytes: 8000,
  memoryBytes: 8000,
  cacheBytes: 8 * 1024 * 1024,
  registerBytes: 4096,
  threadRegisters: 64,
};

/** The model of an adapter by its words (vendor, architecture, device, description). */
export function deviceModel(words: string, software: boolean): DeviceModel {
  if (software) return softwareModel;
  const match = known.find(([pattern]) => pattern.test(words));
  return { ...typical, ...match?.[1] };
}
