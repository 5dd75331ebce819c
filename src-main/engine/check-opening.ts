import { outputShapes } from '../networks/shapes.ts';
import {
  fanIn,
  isWeightLayer,
  type LayerSpecification,
  type NetworkSpecification,
  prunableLayers,
  type WeightLayer,
} from '../networks/specification.ts';
import { type ActivationStorage, EngineError, type EngineOptions, type LayerState, type NormState } from './engine.ts';

/**
 * What no engine can open: layers that do not fit together, numbers without sense, a state of another network.
 * @param engine for the message, such as `CPU`
 * @throws EngineError saying what is wrong, with the layer named
 */
export function checkOpening(
  opening: EngineOptions,
  engine: string,
  storages: readonly ActivationStorage[] = ['f32'],
): void {
  const { network, state, largestBatch, mean, deviation, labelSmoothing, threads } = opening;
  const refuse = (why: string) => new EngineError(`The ${engine} engine cannot open ${network.name}: ${why}`);
  const channels = network.inputShape[2];
  const { activations = 'f32' } = opening;
  if (!storages.includes(activations))
    throw refuse(`it stores activations as ${storages.join(' or ')}, not ${activations}; webgpu has both`);
  if (!Number.isInteger(largestBatch) || largestBatch < 1) throw refuse(`the largest batch is ${largestBatch}`);
  if (!Number.isInteger(threads) || threads < 1) throw refuse(`${threads} threads`);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) throw refuse(`label smoothing ${labelSmoothing} is not in [0, 1)`);
  if (mean.length !== channels || deviation.length !== channels)
    throw refuse(`${channels} channels, but ${mean.length} means and ${deviation.length} deviations`);
  if (![...mean, ...deviation].every(Number.isFinite) || !deviation.every((value) => value > 0))
    throw refuse(
      `means [${mean.join(', ')}] and deviations [${deviation.join(', ')}] must be finite, the latter positive`,
    );
  for (const layer of network.layers) {
    const complaint = complaintAbout(layer);
    if (complaint) throw refuse(`${layer.name} ${complaint}`);
  }
  checkGraph(network, refuse);
  const weightLayers = prunableLayers(network);
  if (state.layers.length !== weightLayers.length)
    throw refuse(`it has ${weightLayers.length} weight layers, its state ${state.layers.length}`);
  const norms = network.layers.filter((layer) => layer.kind === 'batch-norm');
  if (state.norms.length !== norms.length)
    throw refuse(`it has ${norms.length} batch norms, its state ${state.norms.length}`);
  weightLayers.forEach((layer, index) => checkState(layer, state.layers[index]));
  norms.forEach(({ name, features }, index) => checkNorm(name, features, state.norms[index]));
}

function checkGraph(network: NetworkSpecification, refuse: (why: string) => EngineError): void {
  const { layers } = network;
  let shapes: ReturnType<typeof outputShapes>;
  try {
    shapes = outputShapes(network);
  } catch (error) {
    if (error instanceof RangeError) throw refuse(error.message);
    throw error;
  }
  const used = new Set(layers.flatMap((layer, i) => [layer.from ?? layers[i - 1]?.name, otherInput(layer)]));
  const idle = layers.slice(0, -1).find(({ name }) => !used.has(name));
  if (idle) throw refuse(`nothing takes the output of ${idle.name}`);
  if (!layers.some((layer) => isWeightLayer(layer) || layer.kind === 'batch-norm'))
    throw refuse('it has nothing to train');
  const [height, width, logits] = shapes.get(layers[layers.length - 1].name)!;
  if (height * width !== 1)
    throw refuse(`its last layer gives an image of ${height} x ${width}, not one logit for each class`);
  if (logits !== network.classes) throw refuse(`${logits} logits for ${network.classes} classes`);
}

const otherInput = (layer: LayerSpecification) => (layer.kind === 'add' ? layer.other : undefined);
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
      return null;
    case 'dropout':
      return layer.rate >= 0 && layer.rate < 1 ? null : `drops a share of ${layer.rate}, which is not in [0, 1)`;
    default:
      return null;
  }
}

function checkNorm(name: string, features: number, state: NormState): void {
  for (const [what, values] of Object.entries(state) as [keyof NormState, Float32Array][])
    if (values.length !== features)
      throw new EngineError(`Layer ${name}: its ${what} has ${values.length} entries, not ${features}`);
}

/** @throws EngineError where a state does not fit its layer, naming it */
function checkState(layer: WeightLayer, state: LayerState): void {
  const { mask } = state;
  const inputs = fanIn(layer);
  const refuse = (why: string) => new EngineError(`Layer ${layer.name}: ${why}`);
  if (mask.outputs !== layer.outputs || mask.inputs !== inputs)
    throw refuse(`its mask is ${mask.outputs} x ${mask.inputs}, not ${layer.outputs} x ${inputs}`);
  if (mask.rowStarts.length !== mask.outputs + 1)
    throw refuse(`its mask has ${mask.rowStarts.length} row starts, not ${mask.outputs + 1}`);
  if (mask.rowStarts[0] !== 0 || mask.rowStarts[mask.outputs] !== mask.columns.length)
    throw refuse(`its mask's rows do not cover its ${mask.columns.length} columns`);
  for (let row = 0; row < mask.outputs; row++) {
    if (mask.rowStarts[row] > mask.rowStarts[row + 1]) throw refuse(`row ${row} of its mask ends before it starts`);
    for (let k = mask.rowStarts[row]; k < mask.rowStarts[row + 1]; k++) {
      const ascends = k === mask.rowStarts[row] || mask.columns[k] > mask.columns[k - 1];
      if (!ascends || mask.columns[k] >= mask.inputs)
        throw refuse(`column ${mask.columns[k]} in row ${row} of its mask is out of order or not below ${mask.inputs}`);
    }
  }
  const biases = layer.bias ? layer.outputs : 0;
  const lengths: [string, Float32Array, number][] = [
    ['weights', state.weights, mask.columns.length],
    ['momenta', state.momenta, mask.columns.length],
    ['biases', state.biases, biases],
    ['bias momenta', state.biasMomenta, biases],
  ];
  for (const [what, values, length] of lengths)
    if (values.length !== length) throw refuse(`it has ${values.length} ${what}, not ${length}`);
}
