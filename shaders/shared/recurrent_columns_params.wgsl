// The params of all kernels that walk through the time steps in one dispatch; a kernel adds its own behind them.
  steps: u32,
  batch: u32,
  units: u32,
  masked: u32,
  reverse: u32,
  lanes: u32,
  rows: u32,
  registers: u32,
