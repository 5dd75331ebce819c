import { instantiateKernels, type SparseTimesTile } from './kernels.ts';
import { MODE_PLAIN } from '../graph/modes.ts';
import { TILE_BYTES } from './kernels/layout.ts';
import { createSharedMemory } from './shared-memory.ts';

const FEATURES = 256;
const PER_ROW = 24;
const ROUNDS = 7;
/** Long enough for the optimising compiler to have taken over. */
const WARM_UP_CALLS = 60;

const chosen = new WeakMap<WebAssembly.Module, number>();

/**
 * The index of the spmm kernel that this runtime compiles best, measured once for each compiled module. All of them add
 * the same numbers in the same order, so the choice never shows in the results.
 */
export function chooseVariant(module: WebAssembly.Module): number {
  const known = chosen.get(module);
  if (known !== undefined) return known;
  const shared = createSharedMemory();
  const kernels = instantiateKernels(module, shared.memory);
  const starts = shared.allocate((FEATURES + 1) * 4, 'trial');
  const offsets = shared.allocate(FEATURES * PER_ROW * 4, 'trial');
  const weights = shared.allocate(FEATURES * PER_ROW * 4, 'trial');
  const x = shared.allocate(FEATURES * TILE_BYTES, 'trial');
  const y = shared.allocate(FEATURES * TILE_BYTES, 'trial');
  shared.words(starts, FEATURES + 1).forEach((_, row, view) => (view[row] = row * PER_ROW));
  shared.words(offsets, FEATURES * PER_ROW).forEach((_, k, view) => (view[k] = ((k * 37) % FEATURES) * TILE_BYTES));
  const milliseconds = (kernel: SparseTimesTile) => {
    const startedAt = performance.now();
    for (let call = 0; call < 4; call++) kernel(FEATURES, starts, offsets, weights, 0, x, y, MODE_PLAIN, 0);
    return performance.now() - startedAt;
  };
  const variants = [kernels.spmmWhole, kernels.spmmHalves];
  variants.forEach((kernel) => {
    for (let call = 0; call < WARM_UP_CALLS; call++) milliseconds(kernel);
  });
  const best = variants.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++)
    variants.forEach((kernel, i) => (best[i] = Math.min(best[i], milliseconds(kernel))));
  const variant = best.indexOf(Math.min(...best));
  chosen.set(module, variant);
  return variant;
}
