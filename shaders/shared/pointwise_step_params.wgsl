// The params of one step of a general cell: time step t of [T,N,.], slots `before` and `after` of [slots,N,.]; the mask
// [T,N] counts where `masked` is 1. A kernel adds its own behind them.
  t: u32,
  before: u32,
  after: u32,
  batch: u32,
  units: u32,
  masked: u32,
