import { hiddenWidths, NETWORK_NAMES, type NetworkName } from '../../contract/index.ts';
import type { NetworkSpecification } from '../specification.ts';
import type { DataShape } from './data-shape.ts';
import { smallConvolutionalNetwork } from './cnn.ts';
import { lenet5 } from './lenet.ts';
import { multilayerPerceptron } from './mlp.ts';
import { resnet } from './resnet.ts';
import { vgg } from './vgg.ts';
import { wideResnet } from './wide-resnet.ts';

type Build = (fit: DataShape) => NetworkSpecification;

/** Networks with a name of their own; `mlp-...` is read from its widths. */
export const zoo: Readonly<Record<NetworkName, Build>> = {
  'lenet300-100': (fit) => multilayerPerceptron('lenet300-100', [300, 100], fit),
  lenet5,
  'cnn-small': smallConvolutionalNetwork,
  'vgg-c': (fit) => vgg('vgg-c', fit),
  'vgg-d': (fit) => vgg('vgg-d', fit),
  vgg16: (fit) => vgg('vgg16', fit),
  vgg19: (fit) => vgg('vgg19', fit),
  resnet18: (fit) => resnet('resnet18', fit),
  resnet34: (fit) => resnet('resnet34', fit),
  resnet50: (fit) => resnet('resnet50', fit),
  'resnet50-imagenet': (fit) => resnet('resnet50-imagenet', fit),
  'wrn-28-2': (fit) => wideResnet('wrn-28-2', 28, 2, fit),
  'wrn-16-8': (fit) => wideResnet('wrn-16-8', 16, 8, fit),
  'wrn-28-10': (fit) => wideResnet('wrn-28-10', 28, 10, fit),
};

/**
 * The network of this name, fitted to a dataset.
 * @throws RangeError where there is none, or the images are too small for it
 */
export function buildNamedNetwork(name: string, fit: DataShape): NetworkSpecification {
  const named = NETWORK_NAMES.find((candidate) => candidate === name);
  if (named) return zoo[named](fit);
  const hidden = hiddenWidths(name);
  if (hidden) return multilayerPerceptron(name, hidden, fit);
  throw new RangeError(
    `"${name}" is not a network; choose mlp-256-128 (hidden widths) or ${NETWORK_NAMES.join(', ')}.`,
  );
}
export type { DataShape } from './data-shape.ts';
