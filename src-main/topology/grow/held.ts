import { selectLargestMagnitudes } from '../../numerics/selection.ts';
import type { GrowRule } from '../rules.ts';

/** Grows the held weights of largest magnitude; those just dropped are not among them. */
export const growLargestHeld: GrowRule = async (view, _, count) =>
  Float64Array.from(selectLargestMagnitudes(await view.held(), count, (position) => position)).sort();
