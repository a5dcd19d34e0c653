// The params of the cross entropies of rows of logits; a kernel adds its own behind them.
  rows: u32,
  classes: u32,
  weighted: u32,
  row_weighted: u32,
  masked: u32,
  gradient: u32,
  smoothing: f32,
