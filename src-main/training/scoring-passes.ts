import type { Mask, Positions } from '../contract/index.ts';
import { type Batch, type Engine, type EngineOptions, type EngineSnapshot, STEP_AT_REST } from '../engine/engine.ts';
import { prunableLayers, type LayerSpecification, type NetworkSpecification } from '../networks/specification.ts';
import { difference, positionsOf } from '../topology/mask.ts';
import type { Scoring } from '../topology/scoring/scoring.ts';
import type { ReadScores } from '../topology/scoring/select.ts';
import { gradientsByRows } from './gradient-rows.ts';
import type { ScoreWeights } from './rules/trained-method.ts';

/** The dense network that is scored, and the samples it is scored by. */
export interface ScoredNetwork {
  /** All positions active. */
  opening: EngineOptions;
  batch: Batch;
  openEngine(opening: EngineOptions): Promise<Engine>;
}

/** Scores of the active positions, as often as they are read. */
export interface ScoringPass {
  read: ReadScores;
  /** Scores from now on the network that these positions are left of. */
  prune(kept: readonly Positions[]): Promise<void>;
  close(): Promise<void>;
}

type Sensitivity = Scoring['sensitivity'];

export const scoringPasses: Record<Sensitivity, (network: ScoredNetwork, score: ScoreWeights) => Promise<ScoringPass>> =
  {
    gradient: scoreByGradient,
    'hessian-gradient': scoreByHessianGradient,
    'synaptic-flow': scoreBySynapticFlow,
  };

const pruneNothing = () => Promise.reject(new Error('This score is taken once.'));

async function scoreByGradient(
  { opening, batch, openEngine }: ScoredNetwork,
  score: ScoreWeights,
): Promise<ScoringPass> {
  const engine = await openEngine(opening);
  await engine.trainStep(batch, STEP_AT_REST);
  const masks = opening.state.layers.map(({ mask }) => mask);
  return { read: gradientScores(engine, masks, score), prune: pruneNothing, close: () => engine.close() };
}

/** Gradients of the engine's last step, against its weights. */
function gradientScores(engine: Engine, masks: readonly Mask[], score: ScoreWeights): ReadScores {
  return async (visit) => {
    for (const [layer, mask] of masks.entries()) {
      const weights = await engine.activeWeights(layer);
      const positions = positionsOf(mask);
      for await (const { firstRow, gradients } of gradientsByRows(engine, layer, mask, 'active')) {
        const first = mask.rowStarts[firstRow];
        const scores = await score(weights.subarray(first, first + gradients.length), gradients);
        visit(layer, scores, (index) => positions[first + index]);
      }
    }
  };
}

/** Length of the displacement along the gradient, as a share of all weights'. Ten times as much crosses many a ReLU's kink. */
const DISPLACEMENT = 2e-4;
/** Logits are divided by this: the softmax of the initial network is near to uniform (GraSP's code). */
const TEMPERATURE = 200;

/**
 * H g by the central difference (g(w + h g) - g(w - h g)) / 2 h, of the weights alone. The displaced networks stand
 * side by side, so that again no gradient is stored: the engine's own step along it displaces the first, and the second
 * is its mirror image. The temperature goes into the last layer's weights u = w / T: there g = g_u / T, and a step of w
 * along g is one of u along g_u / T^2.
 */
async function scoreByHessianGradient(
  { opening, batch, openEngine }: ScoredNetwork,
  score: ScoreWeights,
): Promise<ScoringPass> {
  const { layers: drawn, norms } = opening.state;
  const divisors = drawn.map((_, layer) => (layer === drawn.length - 1 ? TEMPERATURE : 1));
  const layers = drawn.map((layer, at) => ({
    ...layer,
    weights: layer.weights.map((weight) => weight / divisors[at]),
  }));
  const state = { layers, norms };
  const engine = await openEngine({ ...opening, state });
  let ahead: EngineSnapshot;
  let h: number;
  try {
    await engine.trainStep(batch, STEP_AT_REST);
    h = await displacementFactor(engine, state, divisors);
    await engine.trainStep(batch, { ...STEP_AT_REST, learningRate: -h });
    ahead = await engine.snapshot();
  } finally {
    await engine.close();
  }
  const displaced = (sign: 1 | -1): EngineOptions => ({
    ...opening,
    state: {
      norms,
      layers: layers.map((layer, at) => ({
        ...layer,
        weights: layer.weights.map(
          (weight, k) => weight + (sign * (ahead.layers[at].weights[k] - weight)) / (divisors[at] * divisors[at]),
        ),
      })),
    },
  });
  const plus = await openEngine(displaced(1));
  const minus = await openEngine(displaced(-1));
  await plus.trainStep(batch, STEP_AT_REST);
  await minus.trainStep(batch, STEP_AT_REST);
  return {
    read: async (visit) => {
      for (const [layer, { mask, weights }] of drawn.entries()) {
        const distance = 2 * h * divisors[layer];
        const behind = gradientsByRows(minus, layer, mask, 'active');
        for await (const { firstRow, gradients } of gradientsByRows(plus, layer, mask, 'active')) {
          const { value } = await behind.next();
          if (!value) throw new Error('The two displaced networks do not give the same rows.');
          const first = firstRow * mask.inputs;
          const products = Float64Array.from(gradients, (g, at) => (g - value.gradients[at]) / distance);
          const scores = await score(weights.subarray(first, first + products.length), products);
          visit(layer, scores, (index) => first + index);
        }
      }
    },
    prune: pruneNothing,
    close: async () => {
      await plus.close();
      await minus.close();
    },
  };
}

async function displacementFactor(
  engine: Engine,
  { layers }: EngineSnapshot,
  divisors: readonly number[],
): Promise<number> {
  const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  let ofGradients = 0;
  let ofWeights = 0;
  for (const [layer, { mask, weights }] of layers.entries()) {
    const square = divisors[layer] * divisors[layer];
    ofWeights += squares(weights) * square;
    for await (const { gradients } of gradientsByRows(engine, layer, mask, 'active'))
      ofGradients += squares(gradients) / square;
  }
  if (!(ofGradients > 0)) throw new Error('The loss of the initial network has no gradient, so nothing can be scored.');
  return DISPLACEMENT * Math.sqrt(ofWeights / ofGradients);
}

/** Of inputs, so small that the flow through a deep network stays within float32. */
const INPUT_SCALES = [1, 1e-12, 1e-24, 1e-36];

/**
 * R = 1^T prod |W| 1 of the network with absolute weights, ones as input, and neither biases, batch norm nor dropout.
 * The engine minimises a cross-entropy: a last layer adds all outputs up to one of two logits, so that every gradient is
 * that of R times one and the same number, which changes no order.
 */
async function scoreBySynapticFlow({ opening, openEngine }: ScoredNetwork, score: ScoreWeights): Promise<ScoringPass> {
  const { network, state } = opening;
  const [height, width, channels] = network.inputShape;
  const batch: Batch = {
    count: 1,
    pixels: new Uint8Array(height * width * channels).fill(255),
    labels: Uint8Array.of(1),
  };
  const weightLayers = prunableLayers(network).length;
  const flowing = (inputScale: number): EngineOptions => ({
    ...opening,
    network: flowNetwork(network),
    state: {
      norms: [],
      layers: [
        ...state.layers.map((layer) => ({ ...layer, weights: layer.weights.map(Math.abs) })),
        sumOf(network.classes),
      ],
    },
    largestBatch: 1,
    mean: Array<number>(channels).fill(0),
    deviation: Array<number>(channels).fill(1 / inputScale),
    labelSmoothing: 0,
  });
  for (const inputScale of INPUT_SCALES) {
    const engine = await openEngine(flowing(inputScale));
    const { loss } = await engine.trainStep(batch, STEP_AT_REST);
    if (Number.isFinite(loss)) {
      const masks = state.layers.map(({ mask }) => mask);
      let positions = masks.map(positionsOf);
      return {
        read: async (visit) => {
          const now: Mask[] = [];
          for (let layer = 0; layer < weightLayers; layer++) now.push(await engine.mask(layer));
          await gradientScores(engine, now, score)(visit);
        },
        async prune(kept) {
          for (let layer = 0; layer < weightLayers; layer++)
            await engine.rewire(layer, difference(positions[layer], kept[layer]), new Float64Array(0));
          positions = [...kept];
          await engine.trainStep(batch, STEP_AT_REST);
        },
        close: () => engine.close(),
      };
    }
    await engine.close();
  }
  throw new RangeError(`The synaptic flow through ${network.name} is beyond the range of float32.`);
}

/** Batch norm and dropout pass everything on; then all outputs are added up. */
function flowNetwork(network: NetworkSpecification): NetworkSpecification {
  const layers = network.layers.map((layer): LayerSpecification => {
    if (layer.kind !== 'batch-norm' && layer.kind !== 'dropout') return layer;
    const { name, from } = layer;
    return { kind: 'dropout', name, rate: 0, ...(from === undefined ? {} : { from }) };
  });
  const sum: LayerSpecification = {
    kind: 'linear',
    name: 'synaptic flow',
    inputs: network.classes,
    outputs: 2,
    bias: false,
  };
  return { ...network, classes: 2, layers: [...layers, sum] };
}

/** One logit is the sum of all outputs, the other zero. */
function sumOf(outputs: number): EngineSnapshot['layers'][number] {
  return {
    mask: {
      outputs: 2,
      inputs: outputs,
      rowStarts: Uint32Array.of(0, outputs, outputs),
      columns: Uint32Array.from({ length: outputs }, (_, at) => at),
    },
    weights: new Float32Array(outputs).fill(1),
    momenta: new Float32Array(outputs),
    biases: new Float32Array(0),
    biasMomenta: new Float32Array(0),
  };
}
