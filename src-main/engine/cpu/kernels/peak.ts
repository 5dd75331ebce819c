import { madd } from './simd';

/** 24 multiply-adds of four lanes a turn and nothing else: what the machine could reach in WebAssembly. */
export function peak(turns: u32): f32 {
  // Not constants, which V8 would build anew for each use.
  const w = f32x4.splat(<f32>1 - <f32>1 / <f32>turns);
  const x = f32x4.splat(<f32>1 / <f32>turns);
  // All different, or the compiler would compute equal ones once.
  let a = f32x4.splat(<f32>turns + 0);
  let b = f32x4.splat(<f32>turns + 1);
  let c = f32x4.splat(<f32>turns + 2);
  let d = f32x4.splat(<f32>turns + 3);
  let e = f32x4.splat(<f32>turns + 4);
  let f = f32x4.splat(<f32>turns + 5);
  let g = f32x4.splat(<f32>turns + 6);
  let h = f32x4.splat(<f32>turns + 7);
  let i = f32x4.splat(<f32>turns + 8);
  let j = f32x4.splat(<f32>turns + 9);
  let k = f32x4.splat(<f32>turns + 10);
  let l = f32x4.splat(<f32>turns + 11);
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
