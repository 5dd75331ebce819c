import { NETWORK_PATTERN } from '../../contract/index.ts';
import type { NetworkSpecification } from '../specification.ts';
import type { Interface } from './interface.ts';
import { lenet5 } from './lenet.ts';
import { multilayerPerceptron } from './mlp.ts';
import { resnet, resnetPlans } from './resnet.ts';
import { vgg, vggPlans } from './vgg.ts';
import { wideResnet } from './wide-resnet.ts';

type Build = (fit: Interface) => NetworkSpecification;

const keys = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];

/** Networks with a name of their own; `mlp-...` is read from its widths. */
export const zoo: Readonly<Record<string, Build>> = {
  'lenet300-100': (fit) => multilayerPerceptron('lenet300-100', [300, 100], fit),
  lenet5,
  ...Object.fromEntries(keys(vggPlans).map((name): [string, Build] => [name, (fit) => vgg(name, fit)])),
  ...Object.fromEntries(keys(resnetPlans).map((name): [string, Build] => [name, (fit) => resnet(name, fit)])),
  'wrn-28-2': (fit) => wideResnet('wrn-28-2', 28, 2, fit),
  'wrn-16-8': (fit) => wideResnet('wrn-16-8', 16, 8, fit),
  'wrn-28-10': (fit) => wideResnet('wrn-28-10', 28, 10, fit),
};

/**
 * The network of this name, fitted to a dataset.
 * @throws RangeError where there is none, or the images are too small for it
 */
export function buildNamedNetwork(name: string, fit: Interface): NetworkSpecification {
  const build = zoo[name];
  if (build) return build(fit);
  if (NETWORK_PATTERN.test(name)) return multilayerPerceptron(name, name.split('-').slice(1).map(Number), fit);
  throw new RangeError(
    `"${name}" is not a network; choose mlp-256-128 (hidden widths) or ${Object.keys(zoo).join(', ')}.`,
  );
}
export type { Interface } from './interface.ts';
