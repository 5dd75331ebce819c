import type { Tensor } from '@tensorflow/tfjs-core';
import { prunableLayers } from '../../networks/specification.ts';
import { checkBatch } from '../check-batch.ts';
import { checkOpening } from '../check-opening.ts';
import { type Batch, type BatchResult, type Engine, EngineError, type EngineOptions, requireCount } from '../engine.ts';
import { createTurns } from '../turns.ts';
import { createImageReader, targetsOf } from './batch.ts';
import { descend } from './descend.ts';
import { forward, type Trained } from './forward.ts';
import { findGrowthCandidates } from './growth.ts';
import { type NormStatistics, openNorm } from './norms.ts';
import type { Tf } from './tf.ts';
import { openWeights, type Parameter, type TfjsWeights } from './weights.ts';

export interface TfjsAccess {
  tf: Tf;
  id: string;
  /** For the reader: `tfjs-node 4.22.0, TensorFlow 2.9.1`. */
  title: string;
  /** The backend that must do the work, such as `tensorflow`. */
  backend: string;
}

/**
 * Dense arithmetic with masks, as the ITOP code does it, on whatever backend `tf` has: work and memory follow the dense
 * network. One engine at a time may use a backend's thread.
 * @throws EngineError where the network or its state do not fit, or `tf` runs on another backend
 */
export async function openTfjsEngine(opening: EngineOptions, access: TfjsAccess): Promise<Engine> {
  const { tf } = access;
  checkOpening(opening, access.id);
  await tf.ready();
  if (tf.getBackend() !== access.backend)
    throw new EngineError(`The ${access.id} engine wants the backend ${access.backend}, but has ${tf.getBackend()}`);
  if (!tf.getGradient('Relu')) throw new EngineError(`The ${access.id} engine's TensorFlow.js came without gradients`);
  const { network, state, largestBatch, labelSmoothing } = opening;
  const { classes } = network;
  const weights = prunableLayers(network).map((layer, index) => openWeights(tf, layer, state.layers[index]));
  const norms = state.norms.map((norm) => openNorm(tf, norm));
  const parameters: Parameter[] = [
    ...weights.flatMap((layer) => (layer.biases ? [layer.weights, layer.biases] : [layer.weights])),
    ...norms.flatMap(({ scale, shift }) => [scale, shift]),
  ];
  const readImages = createImageReader(tf, opening);
  const limits = { largestBatch, classes, features: network.inputShape.reduce((product, size) => product * size, 1) };
  const turns = createTurns(`The ${access.id} engine of ${network.name}`);
  /** Of the last training step, one for each parameter; empty where they are gone. */
  let gradients: Tensor[] = [];
  /** Layers rewired since. */
  const rewired = new Set<number>();

  function trainedBy(values: readonly Tensor[]): Trained {
    let at = 0;
    return {
      layers: weights.map(({ biases }) => ({ weights: values[at++], biases: biases ? values[at++] : null })),
      norms: norms.map(() => ({ scale: values[at++], shift: values[at++] })),
    };
  }

  function layerAt(index: number): TfjsWeights {
    const layer = weights[index];
    if (!layer) throw new EngineError(`There is no layer ${index}: ${network.name} has ${weights.length}`);
    return layer;
  }

  function forgetGradients(): void {
    gradients.forEach((gradient) => gradient.dispose());
    gradients = [];
  }

  /** @throws EngineError where the gradients of the layer are gone */
  function gradientsOf(index: number): { weights: Tensor; biases: Tensor | null } {
    const { layer } = layerAt(index);
    if (gradients.length === 0)
      throw new EngineError('Gradients are known only after a training step and before an evaluation');
    if (rewired.has(index)) throw new EngineError(`Gradients of layer ${layer.name} are gone: it was rewired`);
    return trainedBy(gradients).layers[index];
  }

  /** Mean loss, and how many samples are right: one small tensor, so that one read brings both. */
  function judge(logits: Tensor, batch: Batch, smoothing: number): { loss: Tensor; verdict: Tensor } {
    const targets = targetsOf(tf, batch, classes, smoothing);
    const loss = tf.neg(tf.div(tf.sum(tf.mul(targets, tf.logSoftmax(logits))), batch.count));
    const hits = tf.equal(tf.argMax(logits, 1), tf.tensor1d(Int32Array.from(batch.labels), 'int32'));
    return { loss, verdict: tf.stack([loss, tf.sum(tf.cast(hits, 'float32'))]) };
  }

  async function readVerdict(verdict: Tensor): Promise<BatchResult> {
    const [loss, correct] = await verdict.data<'float32'>();
    verdict.dispose();
    return { loss, correct };
  }

  return {
    description: { id: access.id, title: access.title, threads: 1 },

    trainStep: (batch, settings) =>
      turns.take(async () => {
        checkBatch(batch, limits);
        forgetGradients();
        const statistics: NormStatistics[] = [];
        const verdict = tf.tidy(() => {
          const images = readImages(batch);
          let verdict: Tensor | undefined;
          const lossOf = (...values: Tensor[]) => {
            const logits = forward(tf, { network, weights, norms }, images, {
              trained: trainedBy(values),
              dropoutSeed: settings.dropoutSeed,
              onStatistics: (norm, found) => {
                statistics[norm] = { ...found, mean: tf.keep(found.mean), variance: tf.keep(found.variance) };
              },
            });
            const judged = judge(logits, batch, labelSmoothing);
            verdict = tf.keep(judged.verdict);
            return judged.loss;
          };
          const { grads } = tf.valueAndGrads(lossOf)(parameters.map(({ value }) => value));
          gradients = grads.map((gradient) => tf.keep(gradient));
          return verdict!;
        });
        parameters.forEach((parameter, index) => descend(tf, parameter, gradients[index], settings));
        statistics.forEach((found, norm) => {
          norms[norm].follow(found);
          found.mean.dispose();
          found.variance.dispose();
        });
        rewired.clear();
        return readVerdict(verdict);
      }),

    evaluate: (batch) =>
      turns.take(() => {
        checkBatch(batch, limits);
        forgetGradients();
        const verdict = tf.tidy(() => {
          const trained = trainedBy(parameters.map(({ value }) => value));
          const mode = { trained, dropoutSeed: null, onStatistics: () => undefined };
          return judge(forward(tf, { network, weights, norms }, readImages(batch), mode), batch, 0).verdict;
        });
        return readVerdict(verdict);
      }),

    mask: (layer) => turns.take(() => layerAt(layer).mask()),
    activeCount: (layer) => turns.take(() => layerAt(layer).mask().columns.length),
    activeWeights: (layer) =>
      turns.take(async () => {
        const { weights, read, activeOf } = layerAt(layer);
        return activeOf(await read(weights.value));
      }),
    biases: (layer) => turns.take(async () => (await layerAt(layer).state()).biases),

    gradients: (layer) =>
      turns.take(async () => {
        const found = gradientsOf(layer);
        const { read, activeOf } = layerAt(layer);
        return {
          weights: activeOf(await read(found.weights)),
          biases: found.biases ? (await found.biases.data<'float32'>()).slice() : new Float32Array(0),
        };
      }),

    gradientRows: (layer, firstRow, endRow, of) =>
      turns.take(async () => {
        const { layer: specification, read, mask } = layerAt(layer);
        if (!(0 <= firstRow && firstRow < endRow && endRow <= specification.outputs))
          throw new EngineError(`Layer ${specification.name} has no rows from ${firstRow} to ${endRow}`);
        const dense = await read(gradientsOf(layer).weights);
        const { inputs, rowStarts, columns } = mask();
        if (of === 'all') return dense.slice(firstRow * inputs, endRow * inputs);
        const some = new Float32Array(rowStarts[endRow] - rowStarts[firstRow]);
        for (let row = firstRow, k = rowStarts[firstRow]; row < endRow; row++)
          for (; k < rowStarts[row + 1]; k++) some[k - rowStarts[firstRow]] = dense[row * inputs + columns[k]];
        return some;
      }),

    setWeights: (layer, values) =>
      turns.take(() => {
        const { layer: specification, mask, setWeights } = layerAt(layer);
        requireCount(specification.name, values, mask().columns.length);
        setWeights(values);
      }),

    largestInactiveGradients: (layer, count, dropped, tieSeed) =>
      turns.take(async () => {
        if (!Number.isInteger(count) || count < 0) throw new EngineError(`Cannot look for ${count} candidates`);
        const dense = await layerAt(layer).read(gradientsOf(layer).weights);
        return findGrowthCandidates(weights[layer], dense, count, dropped, tieSeed);
      }),

    rewire: (layer, dropped, grown) =>
      turns.take(() => {
        layerAt(layer).rewire(dropped, grown);
        rewired.add(layer);
      }),

    snapshot: () =>
      turns.take(async () => ({
        layers: await Promise.all(weights.map((layer) => layer.state())),
        norms: await Promise.all(norms.map((norm) => norm.state())),
      })),

    close: () =>
      turns.end(() => {
        forgetGradients();
        for (const { value, momenta, mask } of parameters)
          [value, momenta, mask].forEach((tensor) => tensor?.dispose());
        norms.forEach((norm) => norm.dispose());
      }),
  };
}
