import type { Mask, RunConfiguration } from '../contract/index.ts';
import type { EngineSnapshot, NormState } from '../engine/engine.ts';
import { prunableLayers, weightShape, type NetworkSpecification } from '../networks/specification.ts';
import { createStream } from '../numerics/random.ts';
import { drawInitialMasks, type MaskDrawing } from '../topology/initial-masks.ts';

/** Masks and weights of a fresh run whose masks are drawn at random. */
export const drawInitialState = (
  network: NetworkSpecification,
  method: MaskDrawing,
  configuration: RunConfiguration,
): EngineSnapshot =>
  drawState(network, drawInitialMasks(prunableLayers(network).map(weightShape), method, configuration), configuration);

/** Weights for given masks. */
export function drawState(
  network: NetworkSpecification,
  masks: readonly Mask[],
  configuration: Pick<RunConfiguration, 'seed' | 'initialisation'>,
): EngineSnapshot {
  return {
    layers: prunableLayers(network).map((layer, index) => ({
      mask: masks[index],
      weights: drawWeights(masks[index], index, configuration),
      momenta: new Float32Array(masks[index].columns.length),
      biases: new Float32Array(layer.bias ? layer.outputs : 0),
      biasMomenta: new Float32Array(layer.bias ? layer.outputs : 0),
    })),
    norms: network.layers.filter((layer) => layer.kind === 'batch-norm').map(({ features }) => freshNorm(features)),
  };
}

/** Passes its input on, normalised. */
const freshNorm = (features: number): NormState => ({
  scale: new Float32Array(features).fill(1),
  shift: new Float32Array(features),
  scaleMomenta: new Float32Array(features),
  shiftMomenta: new Float32Array(features),
  runningMean: new Float32Array(features),
  runningVariance: new Float32Array(features).fill(1),
});

/**
 * Normal draws of the scale that the configuration asks for. Every position has its own draw, so two runs of a seed
 * agree, up to that scale, at every weight they share.
 */
function drawWeights(
  mask: Mask,
  layer: number,
  { seed, initialisation }: Pick<RunConfiguration, 'seed' | 'initialisation'>,
): Float32Array {
  const stream = createStream(seed, 'initial weights', layer);
  const weights = new Float32Array(mask.columns.length);
  for (let row = 0; row < mask.outputs; row++) {
    const start = mask.rowStarts[row];
    const end = mask.rowStarts[row + 1];
    const deviation = initialDeviation(initialisation, end - start, mask.inputs);
    for (let at = start; at < end; at++) {
      weights[at] = stream.normal(row * mask.inputs + mask.columns[at]) * deviation;
    }
  }
  return weights;
}

const initialVariances: Record<RunConfiguration['initialisation'], (active: number, dense: number) => number> = {
  /** He's for each unit's active inputs (Evci et al., AAAI 2022). */
  sparse: (active) => 2 / Math.max(1, active),
  /** He et al. 2015. */
  dense: (_, dense) => 2 / dense,
  /** PyTorch's default for linear layers and convolutions, uniform in ±1/√fan-in (kaiming_uniform_ with a = √5). */
  reference: (_, dense) => 1 / (3 * dense),
};

/** Standard deviation of a unit's initial weights. */
export const initialDeviation = (
  initialisation: RunConfiguration['initialisation'],
  activeFanIn: number,
  denseFanIn: number,
): number => Math.sqrt(initialVariances[initialisation](activeFanIn, denseFanIn));
