import type { Batch, BatchResult, StepSettings } from '../engine.ts';
import { STEP_WORDS } from './kernel.ts';
import { LANES } from './tensors.ts';

export const lanesOf = (count: number): number => Math.ceil(count / LANES) * LANES;

/** What kernels read as `step`. @param settings null in an evaluation */
export function stepWords(
  { count, mixed }: Pick<Batch, 'count' | 'mixed'>,
  labelSmoothing: number,
  settings: StepSettings | null,
): ArrayBuffer {
  const lanes = lanesOf(count);
  const values: Record<keyof typeof STEP_WORDS, number> = {
    count,
    lanes,
    vectors: lanes / 4,
    training: settings ? 1 : 0,
    nesterov: settings?.nesterov ? 1 : 0,
    dropoutSeed: settings?.dropoutSeed ?? 0,
    learningRate: settings?.learningRate ?? 0,
    momentum: settings?.momentum ?? 0,
    weightDecay: settings?.weightDecay ?? 0,
    labelSmoothing,
    perSample: 1 / count,
    ownShare: mixed?.share ?? 1,
  };
  const names = Object.keys(STEP_WORDS) as (keyof typeof STEP_WORDS)[];
  const view = new DataView(new ArrayBuffer(names.length * 4));
  names.forEach((name, i) => {
    if (STEP_WORDS[name] === 'f32') view.setFloat32(4 * i, values[name], true);
    else view.setUint32(4 * i, values[name], true);
  });
  return view.buffer;
}

/** WebGPU writes whole words. */
export function wholeWords(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length % 4 === 0) return bytes as Uint8Array<ArrayBuffer>;
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return padded;
}

/** Samples in order, in float64. @param results as the kernel `crossEntropy` leaves them */
export function batchResult(results: Float32Array, count: number, classes: number, smoothing: number): BatchResult {
  let loss = 0;
  let correct = 0;
  for (let sample = 0; sample < count; sample++) {
    const [total, own, sum, hit] = results.subarray(4 * sample, 4 * sample + 4);
    loss += Math.log(total) - (1 - smoothing) * own - (smoothing / classes) * sum;
    correct += hit;
  }
  return { loss: loss / count, correct };
}
