import { madd } from './simd';

/** 24 multiply-adds of four lanes a turn and nothing else: what the machine could reach in WebAssembly. */
export function peak(turns: u32): f32 {
  const w = f32x4.splat(0.999);
  const x = f32x4.splat(0.001);
  let a = w;
  let b = x;
  let c = w;
  let d = x;
  let e = w;
  let f = x;
  let g = w;
  let h = x;
  let i = w;
  let j = x;
  let k = w;
  let l = x;
  for (let t: u32 = 0; t < turns; t++) {
    a = madd(a, w, x);
    b = madd(b, w, x);
    c = madd(c, w, x);
    d = madd(d, w, x);
    e = madd(e, w, x);
    f = madd(f, w, x);
    g = madd(g, w, x);
    h = madd(h, w, x);
    i = madd(i, w, x);
    j = madd(j, w, x);
    k = madd(k, w, x);
    l = madd(l, w, x);
    a = madd(a, w, x);
    b = madd(b, w, x);
    c = madd(c, w, x);
    d = madd(d, w, x);
    e = madd(e, w, x);
    f = madd(f, w, x);
    g = madd(g, w, x);
    h = madd(h, w, x);
    i = madd(i, w, x);
    j = madd(j, w, x);
    k = madd(k, w, x);
    l = madd(l, w, x);
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(e, f), f32x4.add(g, h))),
    f32x4.add(f32x4.add(i, j), f32x4.add(k, l)),
  );
  return f32x4.extract_lane(sum, 0);
}
