import type { EngineSnapshot } from '../engine/engine.ts';

/** SHA-256 over every layer's columns, active weights and biases, then every batch norm, as lower-case hexadecimal. */
export async function hashWeights(state: EngineSnapshot): Promise<string> {
  const parts = [
    ...state.layers.flatMap(({ mask, weights, biases }) => [mask.columns, weights, biases]),
    ...state.norms.flatMap(({ scale, shift, runningMean, runningVariance }) => [
      scale,
      shift,
      runningMean,
      runningVariance,
    ]),
  ];
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
