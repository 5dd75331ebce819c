import type { EngineOptions, LayerState, NormState } from '../../src-main/engine/engine.ts';
import {
  fanIn,
  type ImageShape,
  isWeightLayer,
  type LayerSpecification,
  prunableLayers,
} from '../../src-main/networks/specification.ts';
import { randomMask, randomNumbers } from './networks.ts';

export interface ImageTrial {
  shape: ImageShape;
  classes: number;
  layers: LayerSpecification[];
  density?: number;
  seed?: number;
  largestBatch?: number;
  threads?: number;
}

/** A network over images with random masks, weights and batch norms. */
export function imageOpening(trial: ImageTrial): EngineOptions {
  const { density = 1, seed = 1 } = trial;
  const random = randomNumbers(seed);
  const network = { name: 'images', inputShape: trial.shape, classes: trial.classes, layers: trial.layers };
  const draw = (length: number, from: number, to: number) =>
    Float32Array.from({ length }, () => from + random() * (to - from));
  const layers = prunableLayers(network).map((layer): LayerState => {
    const mask = randomMask(layer.outputs, fanIn(layer), density, random);
    const reach = Math.sqrt(6 / Math.max(1, fanIn(layer) * density));
    const biases = layer.bias ? layer.outputs : 0;
    return {
      mask,
      weights: draw(mask.columns.length, -reach, reach),
      momenta: new Float32Array(mask.columns.length),
      biases: draw(biases, -0.3, 0.3),
      biasMomenta: new Float32Array(biases),
    };
  });
  const norms = network.layers.flatMap((layer): NormState[] => {
    if (layer.kind !== 'batch-norm') return [];
    const { features } = layer;
    return [
      {
        scale: draw(features, 0.5, 1.5),
        shift: draw(features, -0.4, 0.4),
        scaleMomenta: new Float32Array(features),
        shiftMomenta: new Float32Array(features),
        runningMean: draw(features, -0.5, 0.5),
        runningVariance: draw(features, 0.5, 1.5),
      },
    ];
  });
  const channels = trial.shape[2];
  return {
    network,
    state: { layers, norms },
    largestBatch: trial.largestBatch ?? 32,
    mean: Array.from({ length: channels }, (_, c) => 0.4 + 0.1 * c),
    deviation: Array.from({ length: channels }, (_, c) => 0.3 + 0.1 * c),
    labelSmoothing: 0,
    threads: trial.threads ?? 1,
  };
}

/** Layers in short: names are given by index unless there already. */
export function layersOf(...layers: Unnamed[]): LayerSpecification[] {
  return layers.map((layer, i) => ({ name: `${layer.kind}-${i}`, ...layer }) as LayerSpecification);
}

type Unnamed = LayerSpecification extends infer L ? (L extends LayerSpecification ? Nameless<L> : never) : never;
type Nameless<L extends LayerSpecification> = Omit<L, 'name'> & { name?: string };

export const conv = (inputs: number, outputs: number, kernel: number | [number, number], more: ConvMore = {}) => ({
  kind: 'convolution' as const,
  inputs,
  outputs,
  kernel: typeof kernel === 'number' ? ([kernel, kernel] as [number, number]) : kernel,
  stride: 1,
  padding: 0,
  bias: false,
  ...more,
});

interface ConvMore {
  name?: string;
  from?: string;
  stride?: number;
  padding?: number;
  bias?: boolean;
}

export const linear = (inputs: number, outputs: number, bias = true) => ({
  kind: 'linear' as const,
  inputs,
  outputs,
  bias,
});
export const norm = (features: number, more: { name?: string; from?: string } = {}) => ({
  kind: 'batch-norm' as const,
  features,
  ...more,
});
export const relu = { kind: 'relu' as const };
export const flatten = { kind: 'flatten' as const };
export const globalPool = { kind: 'global-average-pool' as const };
export const pool = (kind: 'max-pool' | 'average-pool', size: number, stride = size, padding = 0) => ({
  kind,
  size,
  stride,
  padding,
});
export const add = (other: string, more: { name?: string; from?: string } = {}) => ({
  kind: 'add' as const,
  other,
  ...more,
});

/** Two residual blocks, the second with a projection, as in a ResNet; `width` channels, then twice as many. */
export function residualNetwork(inputs: number, width: number, classes: number): LayerSpecification[] {
  const wide = 2 * width;
  return layersOf(
    conv(inputs, width, 3, { padding: 1 }),
    norm(width),
    { ...relu, name: 'stem' },
    conv(width, width, 3, { padding: 1 }),
    norm(width),
    relu,
    conv(width, width, 3, { padding: 1 }),
    norm(width),
    add('stem'),
    { ...relu, name: 'block1' },
    conv(width, wide, 3, { padding: 1, stride: 2 }),
    norm(wide),
    relu,
    conv(wide, wide, 3, { padding: 1 }),
    norm(wide, { name: 'branch' }),
    conv(width, wide, 1, { stride: 2, from: 'block1' }),
    norm(wide),
    add('branch'),
    relu,
    globalPool,
    linear(wide, classes),
  );
}

/** Pre-activation blocks as in a wide ResNet, without dropout. */
export function preActivationNetwork(inputs: number, width: number, classes: number): LayerSpecification[] {
  return layersOf(
    conv(inputs, width, 3, { padding: 1, name: 'stem' }),
    norm(width),
    relu,
    conv(width, width, 3, { padding: 1 }),
    norm(width),
    relu,
    conv(width, width, 3, { padding: 1 }),
    add('stem', { name: 'block1' }),
    norm(width),
    { ...relu, name: 'active' },
    conv(width, width + 1, 3, { padding: 1, stride: 2 }),
    norm(width + 1),
    relu,
    conv(width + 1, width + 1, 3, { padding: 1, name: 'branch' }),
    conv(width, width + 1, 1, { stride: 2, from: 'active' }),
    add('branch'),
    norm(width + 1),
    relu,
    globalPool,
    linear(width + 1, classes),
  );
}

/** How many weight layers and which of a network's layers are batch norms, for walking through a state. */
export const weightLayersOf = ({ network }: EngineOptions) => network.layers.filter(isWeightLayer);
