import { NETWORK_PATTERN } from '../contract/index.ts';
import type { LayerSpecification, NetworkSpecification } from './specification.ts';

/** Shape of the inputs and number of classes; every network is fitted to its dataset. */
export interface Interface {
  /** `[height, width, channels]` */
  shape: [number, number, number];
  classes: number;
}

/**
 * `mlp-256-128`: flatten, then linear and ReLU for each hidden width, then a linear layer to the classes, all with
 * biases (the reference's MLPs, itop.md 1.8).
 * @throws RangeError where the name is none
 */
export function multilayerPerceptron(name: string, { shape, classes }: Interface): NetworkSpecification {
  if (!NETWORK_PATTERN.test(name)) {
    throw new RangeError(`"${name}" is not a network; write the hidden widths, such as mlp-256-128.`);
  }
  const hidden = name.split('-').slice(1).map(Number);
  const widths = [shape[0] * shape[1] * shape[2], ...hidden, classes];
  const layers = widths.slice(1).flatMap((outputs, index): LayerSpecification[] => {
    const number = index + 1;
    const linear: LayerSpecification = {
      kind: 'linear',
      name: `fc${number}`,
      inputs: widths[index],
      outputs,
      bias: true,
    };
    const last = index === widths.length - 2;
    return last ? [linear] : [linear, { kind: 'relu', name: `relu${number}` }];
  });
  return { name, inputShape: shape, classes, layers };
}
