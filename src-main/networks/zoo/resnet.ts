import type { LayerSpecification, NetworkSpecification } from '../specification.ts';
import type { DataShape } from './data-shape.ts';
import { batchNorm, convolution, linear, maxPool, relu } from './layers.ts';

interface ResnetPlan {
  /** Blocks of each of the four stages. */
  blocks: readonly [number, number, number, number];
  bottleneck: boolean;
  /** CIFAR: 3x3 stride 1, no pooling, classifier without bias (itop.md 1.8). ImageNet: 7x7 stride 2, pooling, bias. */
  stem: 'cifar' | 'imagenet';
}

export const resnetPlans = {
  resnet18: { blocks: [2, 2, 2, 2], bottleneck: false, stem: 'cifar' },
  resnet34: { blocks: [3, 4, 6, 3], bottleneck: false, stem: 'cifar' },
  resnet50: { blocks: [3, 4, 6, 3], bottleneck: true, stem: 'cifar' },
  'resnet50-imagenet': { blocks: [3, 4, 6, 3], bottleneck: true, stem: 'imagenet' },
} satisfies Record<string, ResnetPlan>;

const EXPANSION = 4;

/** He et al. 2016, with the stride in a bottleneck's 3x3 convolution: the variant of 8.2e9 FLOPs (itop.md 1.4). */
export function resnet(name: keyof typeof resnetPlans, { shape, classes }: DataShape): NetworkSpecification {
  const { blocks, bottleneck, stem }: ResnetPlan = resnetPlans[name];
  const layers: LayerSpecification[] =
    stem === 'cifar'
      ? [convolution('conv1', shape[2], 64, 3), batchNorm('bn1', 64), relu('relu1')]
      : [
          convolution('conv1', shape[2], 64, 7, { stride: 2 }),
          batchNorm('bn1', 64),
          relu('relu1'),
          maxPool('pool1', 3, 2, 1),
        ];
  let width = 64;
  let input = layers[layers.length - 1].name;
  blocks.forEach((count, stage) => {
    for (let block = 0; block < count; block++) {
      const inner = 64 * 2 ** stage;
      const outputs = bottleneck ? inner * EXPANSION : inner;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const label = `layer${stage + 1}.${block}`;
      layers.push(
        ...(bottleneck ? bottleneckBlock : basicBlock)(label, input, width, inner, stride),
        ...shortcut(label, input, width, outputs, stride, `${label}.${bottleneck ? 'bn3' : 'bn2'}`),
        relu(label),
      );
      width = outputs;
      input = label;
    }
  });
  layers.push({ kind: 'global-average-pool', name: 'pool' }, linear('fc', width, classes, stem === 'imagenet'));
  return { name, inputShape: shape, classes, layers };
}

function basicBlock(label: string, from: string, width: number, inner: number, stride: number): LayerSpecification[] {
  return [
    convolution(`${label}.conv1`, width, inner, 3, { stride, from }),
    batchNorm(`${label}.bn1`, inner),
    relu(`${label}.relu1`),
    convolution(`${label}.conv2`, inner, inner, 3),
    batchNorm(`${label}.bn2`, inner),
  ];
}

function bottleneckBlock(
  label: string,
  from: string,
  width: number,
  inner: number,
  stride: number,
): LayerSpecification[] {
  return [
    convolution(`${label}.conv1`, width, inner, 1, { from }),
    batchNorm(`${label}.bn1`, inner),
    relu(`${label}.relu1`),
    convolution(`${label}.conv2`, inner, inner, 3, { stride }),
    batchNorm(`${label}.bn2`, inner),
    relu(`${label}.relu2`),
    convolution(`${label}.conv3`, inner, inner * EXPANSION, 1),
    batchNorm(`${label}.bn3`, inner * EXPANSION),
  ];
}

/** Adds the block's input: as it is, or through a 1x1 convolution and batch norm where the shape changes. */
function shortcut(
  label: string,
  from: string,
  width: number,
  outputs: number,
  stride: number,
  branchEnd: string,
): LayerSpecification[] {
  if (stride === 1 && width === outputs) return [{ kind: 'add', name: `${label}.add`, other: from }];
  return [
    convolution(`${label}.shortcut`, width, outputs, 1, { stride, from }),
    batchNorm(`${label}.shortcut.bn`, outputs),
    { kind: 'add', name: `${label}.add`, other: branchEnd },
  ];
}
