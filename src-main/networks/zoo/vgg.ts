import { outputShapes } from '../shapes.ts';
import type { LayerSpecification, NetworkSpecification } from '../specification.ts';
import type { DataShape } from './data-shape.ts';
import { batchNorm, convolution, linear, maxPool, relu } from './layers.ts';

/** Widths of the convolutions of one block, before its pooling. */
type Block = readonly number[];

interface VggPlan {
  blocks: readonly Block[];
  /** The last convolution of blocks 3 to 5 is 1x1 with padding 1, so the image grows by two (itop.md 1.8). */
  pointwise: boolean;
  /** Widths of the hidden layers of the classifier, each linear, ReLU, batch norm. */
  hidden: readonly number[];
  /** The reference's convolutions have biases; those of vgg16 and vgg19 do not, batch norm follows. */
  bias: boolean;
}

const TWO_TWO_THREES: readonly Block[] = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];
const TWO_TWO_FOURS: readonly Block[] = [
  [64, 64],
  [128, 128],
  [256, 256, 256, 256],
  [512, 512, 512, 512],
  [512, 512, 512, 512],
];

/** `vgg-c` and `vgg-d` as the ITOP code defines them; `vgg16` and `vgg19` as most CIFAR papers: one linear classifier. */
export const vggPlans = {
  'vgg-c': { blocks: TWO_TWO_THREES, pointwise: true, hidden: [512, 512], bias: true },
  'vgg-d': { blocks: TWO_TWO_THREES, pointwise: false, hidden: [512, 512], bias: true },
  vgg16: { blocks: TWO_TWO_THREES, pointwise: false, hidden: [], bias: false },
  vgg19: { blocks: TWO_TWO_FOURS, pointwise: false, hidden: [], bias: false },
} satisfies Record<string, VggPlan>;

/**
 * VGG with batch norm (Simonyan and Zisserman 2015) as the ITOP code has it (itop.md 1.8).
 * @throws RangeError where the images are too small
 */
export function vgg(name: keyof typeof vggPlans, { shape, classes }: DataShape): NetworkSpecification {
  const { blocks, pointwise, hidden, bias }: VggPlan = vggPlans[name];
  const layers: LayerSpecification[] = [];
  let width = shape[2];
  blocks.forEach((block, blockIndex) => {
    block.forEach((outputs, index) => {
      const label = `${blockIndex + 1}.${index + 1}`;
      const isPointwise = pointwise && block.length === 3 && index === 2;
      const options = { bias, padding: 1 };
      layers.push(
        convolution(`conv${label}`, width, outputs, isPointwise ? 1 : 3, options),
        batchNorm(`bn${label}`, outputs),
        relu(`relu${label}`),
      );
      width = outputs;
    });
    layers.push(maxPool(`pool${blockIndex + 1}`, 2));
  });
  const features = outputShapes({ name, inputShape: shape, classes, layers }).get(`pool${blocks.length}`);
  if (!features) throw new Error(`${name} has no last pooling layer.`);
  width = features[0] * features[1] * features[2];
  layers.push({ kind: 'flatten', name: 'flatten' });
  hidden.forEach((outputs, index) => {
    layers.push(
      linear(`fc${index + 1}`, width, outputs),
      relu(`fc${index + 1}.relu`),
      batchNorm(`fc${index + 1}.bn`, outputs),
    );
    width = outputs;
  });
  layers.push(linear(`fc${hidden.length + 1}`, width, classes));
  return { name, inputShape: shape, classes, layers };
}
