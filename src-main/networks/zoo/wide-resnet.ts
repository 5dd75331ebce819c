import type { LayerSpecification, NetworkSpecification } from '../specification.ts';
import type { DataShape } from './data-shape.ts';
import { batchNorm, convolution, linear, relu } from './layers.ts';

const DROPOUT = 0.3;

/**
 * `wrn-DEPTH-WIDTH`: pre-activation blocks with dropout between their convolutions (Zagoruyko and Komodakis 2016). The
 * reference's own definition cannot be built (itop.md 1.8); this is the paper's.
 */
export function wideResnet(
  name: string,
  depth: number,
  widening: number,
  { shape, classes }: DataShape,
): NetworkSpecification {
  const blocks = (depth - 4) / 6;
  const layers: LayerSpecification[] = [convolution('conv1', shape[2], 16, 3)];
  let width = 16;
  let input = 'conv1';
  for (let stage = 0; stage < 3; stage++) {
    const outputs = 16 * 2 ** stage * widening;
    for (let block = 0; block < blocks; block++) {
      const label = `block${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      layers.push(
        batchNorm(`${label}.bn1`, width, input),
        relu(`${label}.relu1`),
        convolution(`${label}.conv1`, width, outputs, 3, { stride }),
        batchNorm(`${label}.bn2`, outputs),
        relu(`${label}.relu2`),
        { kind: 'dropout', name: `${label}.dropout`, rate: DROPOUT },
        convolution(`${label}.conv2`, outputs, outputs, 3),
      );
      if (width === outputs) layers.push({ kind: 'add', name: label, other: input });
      else {
        layers.push(convolution(`${label}.shortcut`, width, outputs, 1, { stride, from: `${label}.relu1` }), {
          kind: 'add',
          name: label,
          other: `${label}.conv2`,
        });
      }
      width = outputs;
      input = label;
    }
  }
  layers.push(
    batchNorm('bn', width),
    relu('relu'),
    { kind: 'global-average-pool', name: 'pool' },
    linear('fc', width, classes),
  );
  return { name, inputShape: shape, classes, layers };
}
