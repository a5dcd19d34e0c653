// Which steps [0,steps) lie in a window of pooling, and which windows [0,out_steps) reach a step, each as the first and one
// past the last; p as pool_params.wgsl says. Twin of src/kernels/pool_windows.ts.
fn steps_of_window(t: u32) -> vec2<u32> {
  let start = t * p.stride;
  return vec2<u32>(max(start, p.pad) - p.pad, min(start + p.size - p.pad, p.steps));
}

fn windows_of_step(s: u32) -> vec2<u32> {
  let reach = s + p.pad;
  let first = select(0u, (reach - p.size) / p.stride + 1u, reach >= p.size);
  return vec2<u32>(first, min(reach / p.stride + 1u, p.out_steps));
}
