import type { Mask } from '../contract/index.ts';
import type { Engine, GradientsOf } from '../engine/engine.ts';

/** Of gradients held at a time: enough work for every thread, little beside the activations. */
const BLOCK_FLOATS = 1 << 20;

/**
 * Gradients of one layer's weights in the order of its rows, a few rows at a time. Where an engine cannot give a few,
 * those of the active weights come all at once.
 * @throws Error where those of all positions are asked of an engine that cannot give them
 */
export async function* gradientsByRows(
  engine: Engine,
  layer: number,
  { outputs, inputs }: Pick<Mask, 'outputs' | 'inputs'>,
  of: GradientsOf,
): AsyncGenerator<{ firstRow: number; gradients: Float32Array }, undefined> {
  if (!engine.gradientRows) {
    if (of === 'all')
      throw new Error(`${engine.description.title} gives no gradients of inactive weights; choose cpu.`);
    yield { firstRow: 0, gradients: (await engine.gradients(layer)).weights };
    return undefined;
  }
  const together = Math.max(1, Math.floor(BLOCK_FLOATS / inputs));
  for (let firstRow = 0; firstRow < outputs; firstRow += together) {
    const endRow = Math.min(outputs, firstRow + together);
    yield { firstRow, gradients: await engine.gradientRows(layer, firstRow, endRow, of) };
  }
}
