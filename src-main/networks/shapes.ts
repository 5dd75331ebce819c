import { keepsShape, type ImageShape, type LayerSpecification, type NetworkSpecification } from './specification.ts';

/** Name of the network's input among the outputs. */
export const INPUT = 'input';

const featuresOf = ([height, width, channels]: ImageShape): number => height * width * channels;

/** Side of what a window of `size` leaves of `side`. */
const slide = (side: number, size: number, stride: number, padding: number): number =>
  Math.floor((side + 2 * padding - size) / stride) + 1;

/**
 * Shape of every layer's output by its name, and of `input`.
 * @throws RangeError where layers do not fit together, naming the layer
 */
export function outputShapes(network: NetworkSpecification): Map<string, ImageShape> {
  const shapes = new Map<string, ImageShape>([[INPUT, network.inputShape]]);
  let previous = INPUT;
  for (const layer of network.layers) {
    if (shapes.has(layer.name)) throw new RangeError(`${network.name} has two layers named ${layer.name}.`);
    const input = shapes.get(layer.from ?? previous);
    if (!input)
      throw new RangeError(`${layer.name} takes the output of ${layer.from}, which does not stand before it.`);
    shapes.set(layer.name, outputShape(layer, input, shapes));
    previous = layer.name;
  }
  return shapes;
}

function outputShape(layer: LayerSpecification, input: ImageShape, shapes: Map<string, ImageShape>): ImageShape {
  const [height, width, channels] = input;
  const expect = (actual: number, wanted: number, what: string) => {
    if (actual !== wanted) throw new RangeError(`${layer.name} takes ${wanted} ${what}, but gets ${actual}.`);
  };
  if (keepsShape(layer)) return input;
  switch (layer.kind) {
    case 'linear':
      expect(featuresOf(input), layer.inputs, 'features');
      return [1, 1, layer.outputs];
    case 'convolution': {
      expect(channels, layer.inputs, 'channels');
      const [kernelHeight, kernelWidth] = layer.kernel;
      return windowed(layer.name, height, width, layer.outputs, [kernelHeight, kernelWidth], layer);
    }
    case 'max-pool':
    case 'average-pool':
      return windowed(layer.name, height, width, channels, [layer.size, layer.size], layer);
    case 'batch-norm':
      expect(channels, layer.features, 'features');
      return input;
    case 'add': {
      const other = shapes.get(layer.other);
      if (!other) throw new RangeError(`${layer.name} adds ${layer.other}, which does not stand before it.`);
      if (other.join() !== input.join()) {
        throw new RangeError(`${layer.name} adds ${other.join(' x ')} to ${input.join(' x ')}.`);
      }
      return input;
    }
    case 'global-average-pool':
      return [1, 1, channels];
    case 'flatten':
      return [1, 1, featuresOf(input)];
  }
}

function windowed(
  name: string,
  height: number,
  width: number,
  channels: number,
  [windowHeight, windowWidth]: [number, number],
  { stride, padding }: { stride: number; padding: number },
): ImageShape {
  const shape: ImageShape = [
    slide(height, windowHeight, stride, padding),
    slide(width, windowWidth, stride, padding),
    channels,
  ];
  if (shape[0] < 1 || shape[1] < 1) {
    throw new RangeError(
      `Nothing is left of an image of ${height} x ${width} after ${name}; the images are too small.`,
    );
  }
  return shape;
}
