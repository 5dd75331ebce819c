import type { LayerSpecification, NetworkSpecification } from '../specification.ts';
import type { DataShape } from './data-shape.ts';
import { batchNorm, convolution, linear, maxPool, relu } from './layers.ts';

/** Filters of the 3x3 convolutions, each with batch norm and ReLU; M halves the image. */
const PLAN = [64, 64, 'M', 128, 128, 'M', 256, 'M'] as const;

/** A plain network small enough for two cores: the `conv` case of the benchmark against PyTorch, then one linear layer. */
export function smallConvolutionalNetwork({ shape, classes }: DataShape): NetworkSpecification {
  const [height, width, channels] = shape;
  const layers: LayerSpecification[] = [];
  let inputs: number = channels;
  let halvings = 0;
  PLAN.forEach((filters, index) => {
    if (filters === 'M') {
      halvings += 1;
      return layers.push(maxPool(`pool${halvings}`, 2));
    }
    const name = `conv${index - halvings + 1}`;
    layers.push(convolution(name, inputs, filters, 3), batchNorm(`${name}.norm`, filters), relu(`${name}.relu`));
    inputs = filters;
  });
  const left = (side: number) => Math.floor(side / 2 ** halvings);
  layers.push(linear('classifier', left(height) * left(width) * inputs, classes));
  return { name: 'cnn-small', inputShape: shape, classes, layers };
}
