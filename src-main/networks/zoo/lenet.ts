import type { NetworkSpecification } from '../specification.ts';
import type { DataShape } from './data-shape.ts';
import { convolution, linear, maxPool, relu } from './layers.ts';

/** Caffe's LeNet-5, as the reference has it: convolutions 20 and 50 of 5x5 without padding, then 500 (itop.md 1.8). */
export function lenet5({ shape, classes }: DataShape): NetworkSpecification {
  const [height, width, channels] = shape;
  const left = (side: number) => Math.floor((Math.floor((side - 4) / 2) - 4) / 2);
  const layers = [
    convolution('conv1', channels, 20, 5, { padding: 0, bias: true }),
    relu('relu1'),
    maxPool('pool1', 2),
    convolution('conv2', 20, 50, 5, { padding: 0, bias: true }),
    relu('relu2'),
    maxPool('pool2', 2),
    linear('fc1', left(height) * left(width) * 50, 500),
    relu('relu3'),
    linear('fc2', 500, classes),
  ];
  return { name: 'lenet5', inputShape: shape, classes, layers };
}
