// The params, and the weights, of a kernel that walks forward through the steps with R, as recurrent_columns.wgsl reads them.
@group(0) @binding(0) var<uniform> p: Params;
#if VECTORS
@group(0) @binding(1) var<storage, read> r: array<vec4<Number>>;

fn stored(i: u32) -> vec4<Number> {
  return r[i];
}
#else
@group(0) @binding(1) var<storage, read> r: array<Number>;

fn stored(i: u32) -> Number {
  return r[i];
}
#endif
