import { DENSE_ROWS } from './kernels/gemm-layout.ts';
import { WEIGHTS_BIAS_GRADIENTS, WEIGHTS_GRADIENTS, WEIGHTS_WORDS } from './kernels/layout.ts';
import type { PlannedLayer } from './layers.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { Stages } from './stages.ts';

const PURPOSE = 'gradients';
/** Of gradients held at a time: enough work for every thread, little beside the activations. */
const BLOCK_BYTES = 1 << 22;

/** `Engine.visitGradients` of one layer. In sparse storage the gradients of all active weights take no more than these. */
export async function visitGradientRows(
  shared: SharedMemory,
  stages: Stages,
  { weights, operation }: PlannedLayer,
  visit: (firstRow: number, endRow: number, gradients: Float32Array) => void,
): Promise<void> {
  const { outputs } = weights.layer;
  const rows = weights.gradientRows;
  const blocks = rows ? Math.max(1, Math.floor(BLOCK_BYTES / (rows.bytes * DENSE_ROWS))) : 0;
  const together = rows ? Math.min(outputs, blocks * DENSE_ROWS) : outputs;
  const ofWeights = shared.allocate(rows ? together * rows.bytes : weights.gradientBytes(), PURPOSE);
  const ofBiases = shared.allocate(weights.layer.bias ? outputs * 4 : 0, PURPOSE);
  const describe = (address: number) => {
    const words = shared.words(operation.address, WEIGHTS_WORDS);
    // Below zero it wraps around, and the kernels' sums wrap back.
    words[WEIGHTS_GRADIENTS] = address >>> 0;
    words[WEIGHTS_BIAS_GRADIENTS] = ofBiases;
  };
  try {
    if (!rows) {
      describe(ofWeights);
      await stages.gradients(operation);
      return visit(0, outputs, weights.gradientsAt(ofWeights));
    }
    for (let first = 0; first < outputs; first += together) {
      const end = Math.min(outputs, first + together);
      // The kernels count from the layer's first row.
      describe(ofWeights - first * rows.bytes);
      await stages.gradientBlocks(operation, first / DENSE_ROWS, Math.ceil(end / DENSE_ROWS));
      visit(first, end, rows.at(ofWeights, first, end));
    }
  } finally {
    operation.describe();
    shared.free(ofWeights);
    shared.free(ofBiases);
  }
}
