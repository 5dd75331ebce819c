import { type LayerSpecification, prunableLayers } from '../../networks/specification.ts';
import { EngineError, type EngineOpening } from '../engine.ts';
import { buildGraph, type Graph } from './graph.ts';

/** A byte says which position of a window won. */
const LARGEST_WINDOW = 16;

/** The network's graph. @throws EngineError where this engine cannot run it, or the opening does not fit it */
export function checkOpening(opening: EngineOpening): Graph {
  const { network, state, largestBatch, mean, deviation, labelSmoothing, threads } = opening;
  const refuse = (why: string) => new EngineError(`The CPU engine cannot open ${network.name}: ${why}`);
  const channels = network.inputShape[2];
  if (!Number.isInteger(largestBatch) || largestBatch < 1) throw refuse(`the largest batch is ${largestBatch}`);
  if (!Number.isInteger(threads) || threads < 1) throw refuse(`${threads} threads`);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) throw refuse(`label smoothing ${labelSmoothing} is not in [0, 1)`);
  if (mean.length !== channels || deviation.length !== channels)
    throw refuse(`${channels} channels, but ${mean.length} means and ${deviation.length} deviations`);
  if (![...mean, ...deviation].every(Number.isFinite) || !deviation.every((value) => value > 0))
    throw refuse(
      `means [${mean.join(', ')}] and deviations [${deviation.join(', ')}] must be finite, the latter positive`,
    );
  const weightLayers = prunableLayers(network).length;
  if (state.layers.length !== weightLayers)
    throw refuse(`it has ${weightLayers} weight layers, its state ${state.layers.length}`);
  const norms = network.layers.filter(({ kind }) => kind === 'batch-norm').length;
  if (state.norms.length !== norms) throw refuse(`it has ${norms} batch norms, its state ${state.norms.length}`);
  for (const layer of network.layers) {
    const complaint = complaintAbout(layer);
    if (complaint) throw refuse(`${layer.name} ${complaint}`);
  }
  const graph = graphOf(opening, refuse);
  if (!graph.logits.gradient) throw refuse('it has nothing to train');
  const [height, width, logits] = graph.logits.shape;
  if (height * width !== 1)
    throw refuse(`its last layer gives an image of ${height} x ${width}, not one logit for each class`);
  if (logits !== network.classes) throw refuse(`${logits} logits for ${network.classes} classes`);
  return graph;
}

function graphOf({ network }: EngineOpening, refuse: (why: string) => EngineError): Graph {
  try {
    return buildGraph(network);
  } catch (error) {
    if (error instanceof RangeError) throw refuse(error.message);
    throw error;
  }
}

const isCount = (value: number, least: number) => Number.isInteger(value) && value >= least;

/** What is wrong with a layer's own numbers. */
function complaintAbout(layer: LayerSpecification): string | null {
  switch (layer.kind) {
    case 'convolution':
      if (!layer.kernel.every((side) => isCount(side, 1))) return `has a kernel of ${layer.kernel.join(' x ')}`;
      if (!isCount(layer.stride, 1) || !isCount(layer.padding, 0))
        return `has stride ${layer.stride} and padding ${layer.padding}`;
      return null;
    case 'max-pool':
    case 'average-pool':
      if (!isCount(layer.size, 1) || !isCount(layer.stride, 1)) return `has size ${layer.size}, stride ${layer.stride}`;
      if (!isCount(layer.padding, 0) || layer.padding * 2 > layer.size)
        return `has padding ${layer.padding}: at most half its size of ${layer.size}`;
      return layer.kind === 'max-pool' && layer.size > LARGEST_WINDOW
        ? `has windows of ${layer.size} x ${layer.size}: at most ${LARGEST_WINDOW} x ${LARGEST_WINDOW}`
        : null;
    case 'dropout':
      return layer.rate >= 0 && layer.rate < 1 ? null : `drops a share of ${layer.rate}, which is not in [0, 1)`;
    default:
      return null;
  }
}
