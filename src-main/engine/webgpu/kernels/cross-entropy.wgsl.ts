import { MODE_MASK } from '../../graph/modes.ts';
import type { Kernel } from '../kernel.ts';

/**
 * Softmax cross-entropy against (1 - s) onehot + s / classes, where images are mixed against
 * (1 - s) (m onehot + (1 - m) onehot of the partner) + s / classes (mixup); a thread a sample. Leaves what the host needs for the
 * loss in float64 (sum of exponentials, shifted logit of the label or of the mixture's, sum of shifted logits, whether correct) and, in a
 * training step, d(mean loss)/d(logits), which is zero for the samples that only fill up.
 */
export const crossEntropy = {
  name: 'cross-entropy',
  parameters: ['classes', 'stride', 'mode'],
  buffers: {
    labels: ['read', 'array<u32>'],
    logits: ['read', 'array<f32>'],
    gradients: ['read_write', 'array<f32>'],
    results: ['read_write', 'array<vec4f>'],
  },
  workgroup: [64, 1],
  module: `
/** e^x for x at most 0: x = n ln 2 + r, then Taylor to r^7 (the first term left out is below 2^-27) times 2^n. */
fn exponential(x: f32) -> f32 {
  let clamped = max(x, -87.3);
  let n = round(clamped * 1.44269504);
  // ln 2 in two parts, the first short enough that n times it is exact.
  let r = (clamped - n * 0.693359375) + n * 0.00021219444;
  var p = 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r * r + r + 1.0;
  let power = bitcast<f32>(u32(i32(n) + 127) << 23u);
  return select(p * power, 0.0, x < -87.3);
}`,
  body: `
  let sample = group.x * 64u + local;
  if (sample >= step.lanes) { return; }
  let width = at.stride * 4u;
  let label = labels[sample] & 65535u;
  let partner = labels[sample] >> 16u;
  let isMixed = step.ownShare != 1.0;
  let isReal = sample < step.count;
  var top = logits[sample];
  var best = 0u;
  for (var c = 1u; c < at.classes; c++) {
    let logit = logits[c * width + sample];
    if (logit > top) { top = logit; best = c; }
  }
  var total = 0.0;
  var sum = 0.0;
  var own = 0.0;
  var other = 0.0;
  for (var c = 0u; c < at.classes; c++) {
    let shifted = logits[c * width + sample] - top;
    total += exponential(shifted);
    sum += shifted;
    if (c == label) { own = shifted; }
    if (c == partner) { other = shifted; }
  }
  if (isMixed) { own = own * step.ownShare + other * (1.0 - step.ownShare); }
  results[sample] = vec4f(total, own, sum, select(0.0, 1.0, best == label && isReal));
  if (step.training == 0u) { return; }
  let share = step.labelSmoothing / f32(at.classes);
  for (var c = 0u; c < at.classes; c++) {
    let logit = logits[c * width + sample];
    var target_ = share + select(0.0, (1.0 - step.labelSmoothing) * step.ownShare, c == label);
    if (isMixed && c == partner) { target_ += (1.0 - step.labelSmoothing) * (1.0 - step.ownShare); }
    var gradient = (exponential(logit - top) / total - target_) * step.perSample;
    let masked = (at.mode & ${MODE_MASK}u) != 0u && !(logit > 0.0);
    if (!isReal || masked) { gradient = 0.0; }
    gradients[c * width + sample] = gradient;
  }`,
} as const satisfies Kernel;
