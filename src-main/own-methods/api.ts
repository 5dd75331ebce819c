/** What a method's file imports from 'espalier': its declaration, and the parts that the built-in methods are made of. */
export { keepCounts } from '../topology/counts/keep.ts';
export { pruneGlobally, pruneLayers } from '../topology/counts/prune.ts';
export { alternatingDensity, cubicDensity, sigmoidDensity, steppedDensity } from '../topology/densities.ts';
export { dropSmallestMagnitudes } from '../topology/drop/magnitude.ts';
export { dropNearestZeroOfEachSign } from '../topology/drop/sign-aware.ts';
export { growLargestGradients } from '../topology/grow/gradient.ts';
export { growRandom } from '../topology/grow/random.ts';
export { growUnfired } from '../topology/grow/unfired.ts';
export { absentPositionsAfter } from '../topology/ranks.ts';
export {
  defineMethod,
  DENSITY_KEYS,
  DROP_AND_GROW_KEYS,
  INTERVAL_KEYS,
  MASK_KEYS,
  REPLACEMENT_KEYS,
  type Configured,
  type ExplorationKnowledge,
  type Method,
  type MethodDefinition,
  type Rewiring,
} from '../topology/methods/method.ts';
export type {
  CountsRule,
  Dropped,
  DropRule,
  GrowRule,
  LayerCounts,
  LayerView,
  UpdateContext,
} from '../topology/rules.ts';
export { flopsWithDenseGradients, flopsWithHeldWeights, sparseFlops } from '../topology/training-flops.ts';
export { createStream } from '../numerics/random.ts';
export { sampleDistinct } from '../numerics/sampling.ts';
export { selectLargestMagnitudes, selectSmallestMagnitudes } from '../numerics/selection.ts';
