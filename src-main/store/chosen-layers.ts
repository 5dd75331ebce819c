import { StoreError } from './errors.ts';

/**
 * The layers of a run that are asked for: one, or all where none is named.
 * @throws StoreError `missing` where it has no masks yet, or no such layer
 */
export function chosenLayers<L extends { layer: number; name: string }>(
  runId: string,
  layers: readonly L[],
  layer: number | undefined,
): L[] {
  if (layers.length === 0) throw new StoreError('missing', `Run ${runId} has no masks yet: it has not started.`);
  const chosen = layers.filter((one) => layer === undefined || one.layer === layer);
  if (chosen.length > 0) return chosen;
  const names = layers.map((one) => `${one.layer} (${one.name})`).join(', ');
  throw new StoreError('missing', `Run ${runId} has no layer ${layer}; its layers are ${names}.`);
}
