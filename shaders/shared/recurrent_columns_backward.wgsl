// The params, and the weights, of a kernel that walks backward through the steps with R transposed, as recurrent_columns.wgsl reads them.
@group(0) @binding(0) var<uniform> p: Params;
#if VECTORS
@group(0) @binding(1) var<storage, read> rt: array<vec4<Number>>;

fn stored(i: u32) -> vec4<Number> {
  return rt[i];
}
#else
@group(0) @binding(1) var<storage, read> rt: array<Number>;

fn stored(i: u32) -> Number {
  return rt[i];
}
#endif
