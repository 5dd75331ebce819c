import type { DataShape } from './data-shape.ts';
import { linear, relu } from './layers.ts';
import type { LayerSpecification, NetworkSpecification } from '../specification.ts';

/** Flatten, then linear and ReLU for each hidden width, then a linear layer to the classes, all with biases. */
export function multilayerPerceptron(
  name: string,
  hidden: number[],
  { shape, classes }: DataShape,
): NetworkSpecification {
  const widths = [shape[0] * shape[1] * shape[2], ...hidden, classes];
  const layers = widths.slice(1).flatMap((outputs, index): LayerSpecification[] => {
    const fullyConnected = linear(`fc${index + 1}`, widths[index], outputs);
    return index === hidden.length ? [fullyConnected] : [fullyConnected, relu(`relu${index + 1}`)];
  });
  return { name, inputShape: shape, classes, layers };
}
