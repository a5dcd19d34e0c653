// The params of all kernels of one time step; a kernel adds its own behind them.
  t: u32,
  steps: u32,
  batch: u32,
  units: u32,
  masked: u32,
  reverse: u32,
  lanes: u32,
