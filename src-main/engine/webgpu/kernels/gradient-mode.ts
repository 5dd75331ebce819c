import { MODE_ACCUMULATE, MODE_MASK } from '../../graph/modes.ts';

/**
 * How a part of a gradient is left: added to what other consumers of the same output left, and masked by the last of them
 * where that output came through a ReLU. `values` and `gradients` are arrays of vec4f.
 */
export const LEAVE_GRADIENT = `
fn leave(gradient: vec4f, to: u32) {
  var g = gradient;
  if ((at.mode & ${MODE_ACCUMULATE}u) != 0u) { g += gradients[to]; }
  if ((at.mode & ${MODE_MASK}u) != 0u) { g = select(vec4f(0), g, valuesAt(to) > vec4f(0)); }
  gradients[to] = g;
}`;

/** ReLU that lets NaN through, so that a diverged run shows. */
export const RELU = `
fn relu(x: vec4f) -> vec4f {
  return select(x, vec4f(0), x < vec4f(0));
}`;
