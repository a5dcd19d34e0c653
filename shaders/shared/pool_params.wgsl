// The params of all kernels of pooling; a kernel adds its own behind them.
  steps: u32,
  out_steps: u32,
  cols: u32,
  size: u32,
  stride: u32,
  pad: u32,
