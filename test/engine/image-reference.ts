import { type Batch, type EngineOptions, NORM_EPSILON } from '../../src-main/engine/engine.ts';
import { fanIn, type LayerSpecification, prunableLayers } from '../../src-main/networks/specification.ts';

/** A batch of images `[count][height][width][channels]` in float64. */
interface Images {
  height: number;
  width: number;
  channels: number;
  values: Float64Array;
}

export interface ImageReference {
  /** Dense `[out, fan-in]` and biases, of every weight layer; changing them changes what follows. */
  weights: Float64Array[];
  biases: Float64Array[];
  /** Of every batch norm. */
  scales: Float64Array[];
  shifts: Float64Array[];
  /** Mean loss with batch statistics, or with the running ones of the opening. */
  loss(batch: Batch, training: boolean): number;
  /** Mean and biased variance of every batch norm's input in the last `loss`. */
  statistics: { means: Float64Array[]; variances: Float64Array[]; values: number[] };
  correct(batch: Batch, training: boolean): number;
}

/** The forward pass of any layer graph without dropout: plain loops, sharing nothing with any engine. */
export function openImageReference(opening: EngineOptions): ImageReference {
  const { network, state } = opening;
  const prunable = prunableLayers(network);
  const weights = prunable.map((layer, index) => {
    const { mask, weights: active } = state.layers[index];
    const dense = new Float64Array(layer.outputs * fanIn(layer));
    for (let row = 0; row < mask.outputs; row++)
      for (let k = mask.rowStarts[row]; k < mask.rowStarts[row + 1]; k++)
        dense[row * mask.inputs + mask.columns[k]] = active[k];
    return dense;
  });
  const biases = prunable.map((layer, index) =>
    Float64Array.from({ length: layer.outputs }, (_, row) => state.layers[index].biases[row] ?? 0),
  );
  const scales = state.norms.map(({ scale }) => Float64Array.from(scale));
  const shifts = state.norms.map(({ shift }) => Float64Array.from(shift));
  const statistics: ImageReference['statistics'] = { means: [], variances: [], values: [] };

  function convolve(input: Images, layer: LayerSpecification, index: number, count: number): Images {
    if (layer.kind !== 'convolution' && layer.kind !== 'linear') throw new Error('not a weight layer');
    const isLinear = layer.kind === 'linear';
    const [kh, kw] = isLinear ? [input.height, input.width] : layer.kernel;
    const [stride, padding] = isLinear ? [1, 0] : [layer.stride, layer.padding];
    const { height, width, channels, values } = input;
    const inputsOfRow = fanIn(layer);
    const weightsOfLayer = weights[index];
    const output = window(input, kh, kw, stride, padding, layer.outputs, count);
    each(output, count, (at, n, oy, ox, row) => {
      let sum = biases[index][row];
      for (let c = 0; c < channels; c++)
        for (let y = 0; y < kh; y++) {
          const inputY = oy * stride + y - padding;
          // Outside the image is zero.
          if (inputY < 0 || inputY >= height) continue;
          for (let x = 0; x < kw; x++) {
            const inputX = ox * stride + x - padding;
            if (inputX < 0 || inputX >= width) continue;
            const column = isLinear ? (y * kw + x) * channels + c : (c * kh + y) * kw + x;
            const value = values[((n * height + inputY) * width + inputX) * channels + c];
            sum += weightsOfLayer[row * inputsOfRow + column] * value;
          }
        }
      output.values[at] = sum;
    });
    return output;
  }

  function normalise(input: Images, index: number, count: number, training: boolean): Images {
    const { channels } = input;
    const values = new Float64Array(input.values.length);
    const n = count * input.height * input.width;
    const mean = new Float64Array(channels);
    const variance = new Float64Array(channels);
    input.values.forEach((value, i) => (mean[i % channels] += value / n));
    input.values.forEach((value, i) => (variance[i % channels] += (value - mean[i % channels]) ** 2 / n));
    statistics.means[index] = mean;
    statistics.variances[index] = variance;
    statistics.values[index] = n;
    const { runningMean, runningVariance } = state.norms[index];
    const [centre, spread] = training ? [mean, variance] : [runningMean, runningVariance];
    input.values.forEach((value, i) => {
      const c = i % channels;
      values[i] = ((value - centre[c]) / Math.sqrt(spread[c] + NORM_EPSILON)) * scales[index][c] + shifts[index][c];
    });
    return { ...input, values };
  }

  function poolOver(input: Images, layer: LayerSpecification, count: number): Images {
    const isMax = layer.kind === 'max-pool';
    const [kh, kw, stride, padding] =
      layer.kind === 'max-pool' || layer.kind === 'average-pool'
        ? [layer.size, layer.size, layer.stride, layer.padding]
        : [input.height, input.width, 1, 0];
    const output = window(input, kh, kw, stride, padding, input.channels, count);
    each(output, count, (at, n, oy, ox, c) => {
      const seen: number[] = [];
      for (let y = 0; y < kh; y++)
        for (let x = 0; x < kw; x++) {
          const value = valueAt(input, n, oy * stride + y - padding, ox * stride + x - padding, c);
          if (value !== undefined || !isMax) seen.push(value ?? 0);
        }
      output.values[at] = isMax ? Math.max(...seen) : seen.reduce((sum, value) => sum + value, 0) / (kh * kw);
    });
    return output;
  }

  function logits(batch: Batch, training: boolean): Images {
    const [height, width, channels] = network.inputShape;
    const { mean, deviation } = opening;
    const values = Float64Array.from(
      batch.pixels,
      (pixel, i) => (pixel / 255 - mean[i % channels]) / deviation[i % channels],
    );
    const outputs = new Map<string, Images>([['input', { height, width, channels, values }]]);
    let previous = 'input';
    let [weightIndex, normIndex] = [0, 0];
    for (const layer of network.layers) {
      const input = outputs.get(layer.from ?? previous)!;
      const apply = (): Images => {
        switch (layer.kind) {
          case 'linear':
          case 'convolution':
            return convolve(input, layer, weightIndex++, batch.count);
          case 'batch-norm':
            return normalise(input, normIndex++, batch.count, training);
          case 'relu':
            return { ...input, values: input.values.map((value) => Math.max(0, value)) };
          case 'max-pool':
          case 'average-pool':
          case 'global-average-pool':
            return poolOver(input, layer, batch.count);
          case 'flatten':
            return { ...input, height: 1, width: 1, channels: input.height * input.width * input.channels };
          case 'add': {
            const other = outputs.get(layer.other)!;
            return { ...input, values: input.values.map((value, i) => value + other.values[i]) };
          }
          case 'dropout':
            if (!training) return input;
            throw new Error('The reference knows nothing of which features are dropped');
        }
      };
      outputs.set(layer.name, apply());
      previous = layer.name;
    }
    return outputs.get(previous)!;
  }

  const rowsOf = ({ channels, values }: Images, count: number) =>
    Array.from({ length: count }, (_, n) => values.subarray(n * channels, (n + 1) * channels));

  return {
    weights,
    biases,
    scales,
    shifts,
    statistics,
    loss(batch, training) {
      let loss = 0;
      rowsOf(logits(batch, training), batch.count).forEach((row, n) => {
        const top = Math.max(...row);
        const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0);
        const logs = row.map((value) => value - top - Math.log(total));
        loss -= logs.reduce((sum, log, c) => {
          const target = (c === batch.labels[n] ? 1 - opening.labelSmoothing : 0) + opening.labelSmoothing / row.length;
          return sum + target * log;
        }, 0);
      });
      return loss / batch.count;
    },
    correct: (batch, training) =>
      rowsOf(logits(batch, training), batch.count).filter((row, n) => row.indexOf(Math.max(...row)) === batch.labels[n])
        .length,
  };
}

function window(
  { height, width }: Images,
  kh: number,
  kw: number,
  stride: number,
  padding: number,
  channels: number,
  count: number,
): Images {
  const side = (size: number, kernel: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const [h, w] = [side(height, kh), side(width, kw)];
  return { height: h, width: w, channels, values: new Float64Array(count * h * w * channels) };
}

/** `undefined` outside the image. */
function valueAt({ height, width, channels, values }: Images, n: number, y: number, x: number, c: number) {
  if (y < 0 || y >= height || x < 0 || x >= width) return undefined;
  return values[((n * height + y) * width + x) * channels + c];
}

function each(
  { height, width, channels }: Images,
  count: number,
  visit: (at: number, n: number, y: number, x: number, c: number) => void,
): void {
  let at = 0;
  for (let n = 0; n < count; n++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) visit(at++, n, y, x, c);
}
