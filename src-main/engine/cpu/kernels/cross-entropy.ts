import { MODE_MASK } from '../../graph/modes';
import {
  CROSS_ENTROPY_LABELS,
  CROSS_ENTROPY_PARTNERS,
  CROSS_ENTROPY_RESULTS,
  LABEL_BYTES,
  OPERATION_BACKWARD_MODE,
  OPERATION_INPUT,
  RESULT_BYTES,
  STEP_COUNT,
  STEP_LABEL_SMOOTHING,
  STEP_OWN_SHARE,
  STEP_TRAINING,
  TENSOR_CHANNELS,
  TILE,
  TILE_BYTES,
} from './layout';
import { exponential, logarithm } from './exponential';
import { real, word, zero } from './simd';
import { gradientRow, valueRow } from './tensor';

/**
 * Softmax cross-entropy of one tile against (1 - s) onehot + s / classes, where images are mixed against
 * (1 - s) (m onehot + (1 - m) onehot of the partner) + s / classes (mixup, equation 1 of Zhang et al. 2018). Leaves the
 * tile's summed loss and its number of correct samples in the results and, for a training step, d(mean loss)/d(logits),
 * which is zero for the samples that only fill the last tile up. Sums run over classes in order, then over samples.
 */
export function crossEntropy(operation: usize, tile: u32, step: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const classes = word(input, TENSOR_CHANNELS);
  const logits = valueRow(input, tile, 0);
  const gradients = gradientRow(input, tile, 0);
  const labels = <usize>word(operation, CROSS_ENTROPY_LABELS) + <usize>tile * TILE * LABEL_BYTES;
  const partners = <usize>word(operation, CROSS_ENTROPY_PARTNERS) + <usize>tile * TILE * LABEL_BYTES;
  const results = <usize>word(operation, CROSS_ENTROPY_RESULTS) + <usize>tile * RESULT_BYTES;
  const count = word(step, STEP_COUNT);
  const backward = word(step, STEP_TRAINING) != 0;
  const masked = (word(operation, OPERATION_BACKWARD_MODE) & MODE_MASK) != 0;
  const smoothing = real(step, STEP_LABEL_SMOOTHING);
  const share = smoothing / <f32>classes;
  const mine = real(step, STEP_OWN_SHARE);
  const isMixed = mine != 1;
  const end = <usize>classes * TILE_BYTES;
  let loss: f64 = 0;
  let correct: i32 = 0;

  for (let group: u32 = 0; group < <u32>TILE; group += 4) {
    const z = logits + (<usize>group << 2);
    const g = gradients + (<usize>group << 2);
    const label = i32x4.extend_low_i16x8_u(v128.load64_zero(labels + <usize>group * LABEL_BYTES));

    const partner = i32x4.extend_low_i16x8_u(v128.load64_zero(partners + <usize>group * LABEL_BYTES));

    let top = v128.load(z);
    let best = i32x4.splat(0);
    for (let at: usize = TILE_BYTES, c: i32 = 1; at < end; at += TILE_BYTES, c++) {
      const value = v128.load(z + at);
      const larger = f32x4.gt(value, top);
      top = v128.bitselect(value, top, larger);
      best = v128.bitselect(i32x4.splat(c), best, larger);
    }

    let total = zero();
    let sum = zero();
    let own = zero();
    let other = zero();
    for (let at: usize = 0, c: i32 = 0; at < end; at += TILE_BYTES, c++) {
      const shifted = f32x4.sub(v128.load(z + at), top);
      const e = exponential(shifted);
      if (backward) v128.store(g + at, e);
      total = f32x4.add(total, e);
      sum = f32x4.add(sum, shifted);
      own = v128.bitselect(shifted, own, i32x4.eq(label, i32x4.splat(c)));
      if (isMixed) other = v128.bitselect(shifted, other, i32x4.eq(partner, i32x4.splat(c)));
    }
    if (isMixed)
      own = f32x4.add(f32x4.mul(own, f32x4.splat(mine)), f32x4.mul(other, f32x4.splat(<f32>1 - mine)));

    const first = tile * TILE + group;
    const sample = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
    const real4 = i32x4.lt_s(sample, i32x4.splat(count));
    const hits = v128.and(i32x4.eq(best, label), real4);
    correct += popcnt(i32x4.bitmask(hits));
    if (first + 0 < count)
      loss += lossOf(f32x4.extract_lane(total, 0), f32x4.extract_lane(sum, 0), f32x4.extract_lane(own, 0), smoothing, share);
    if (first + 1 < count)
      loss += lossOf(f32x4.extract_lane(total, 1), f32x4.extract_lane(sum, 1), f32x4.extract_lane(own, 1), smoothing, share);
    if (first + 2 < count)
      loss += lossOf(f32x4.extract_lane(total, 2), f32x4.extract_lane(sum, 2), f32x4.extract_lane(own, 2), smoothing, share);
    if (first + 3 < count)
      loss += lossOf(f32x4.extract_lane(total, 3), f32x4.extract_lane(sum, 3), f32x4.extract_lane(own, 3), smoothing, share);

    if (!backward) continue;
    const perSample = f32x4.splat(<f32>1 / <f32>count);
    const shareOfAll = f32x4.splat(share);
    const ownShare = f32x4.splat((<f32>1 - smoothing) * mine);
    const otherShare = f32x4.splat((<f32>1 - smoothing) * (<f32>1 - mine));
    for (let at: usize = 0, c: i32 = 0; at < end; at += TILE_BYTES, c++) {
      let target = f32x4.add(shareOfAll, v128.and(ownShare, i32x4.eq(label, i32x4.splat(c))));
      if (isMixed) target = f32x4.add(target, v128.and(otherShare, i32x4.eq(partner, i32x4.splat(c))));
      const difference = f32x4.sub(f32x4.div(v128.load(g + at), total), target);
      let gradient = v128.and(f32x4.mul(difference, perSample), real4);
      if (masked) gradient = v128.and(gradient, f32x4.gt(v128.load(z + at), zero()));
      v128.store(g + at, gradient);
    }
  }
  store<f64>(results, loss);
  store<i32>(results, correct, 8);
}

// @ts-ignore: decorator
@inline
function lossOf(total: f32, sum: f32, own: f32, smoothing: f32, share: f32): f64 {
  return logarithm(<f64>total) - (<f64>1 - <f64>smoothing) * <f64>own - <f64>share * <f64>sum;
}
