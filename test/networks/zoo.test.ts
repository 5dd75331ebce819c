import { describe, expect, it } from 'vitest';
import { NETWORK_NAMES } from '../../src-main/contract/index.ts';
import { forwardFlops } from '../../src-main/networks/flops.ts';
import { outputShapes } from '../../src-main/networks/shapes.ts';
import { prunableLayers, weightShape, type ImageShape } from '../../src-main/networks/specification.ts';
import { buildNamedNetwork } from '../../src-main/networks/zoo/index.ts';
import { erkDetails } from '../../src-main/topology/distributions/erk.ts';
import { sizeOf } from '../../src-main/topology/distributions/index.ts';

const CIFAR: ImageShape = [32, 32, 3];
const IMAGENET: ImageShape = [224, 224, 3];

function account(name: string, shape: ImageShape, classes: number, density: number) {
  const network = buildNamedNetwork(name, { shape, classes });
  const layers = prunableLayers(network);
  const shapes = outputShapes(network);
  const erk = erkDetails(layers.map(weightShape), density);
  const forward = forwardFlops(
    layers.map((layer, index) => {
      const size = sizeOf(weightShape(layer));
      const [height, width] = shapes.get(layer.name)!;
      return { prunableWeights: size, activeWeights: size * erk.densities[index], pixels: height * width };
    }),
  );
  return {
    size: layers.reduce((sum, layer) => sum + sizeOf(weightShape(layer)), 0),
    scale: erk.scale,
    denseLayers: layers.filter((_, index) => erk.dense[index]).map((layer) => layer.name),
    denseFlops: forward.dense,
    ratio: forward.sparse / forward.dense,
  };
}

/** itop.md 1.4: masked parameters, epsilon, layers that ERK makes dense, forward FLOPs over dense. */
const TABLE: [string, ImageShape, number, number, number, number, string[], number][] = [
  ['mlp-1024-512', CIFAR, 10, 0.05, 3_675_136, 31.7182, ['fc3'], 0.05],
  ['vgg-c', CIFAR, 10, 0.05, 11_307_712, 48.501, ['conv1.1', 'fc3'], 0.0849],
  ['vgg-d', CIFAR, 10, 0.05, 15_239_872, 75.575, ['conv1.1', 'fc3'], 0.1035],
  [
    'resnet34',
    CIFAR,
    100,
    0.1,
    21_311_168,
    130.4411,
    ['conv1', 'layer2.0.shortcut', 'layer3.0.shortcut', 'fc'],
    0.2122,
  ],
  ['resnet34', CIFAR, 100, 0.05, 21_311_168, 63.5314, ['conv1', 'layer2.0.shortcut'], 0.1056],
  ['resnet34', CIFAR, 100, 0.02, 21_311_168, 25.2525, ['conv1'], 0.0432],
  ['resnet18', CIFAR, 100, 0.05, 11_210_432, 60.5323, ['conv1', 'layer2.0.shortcut'], 0.1186],
  [
    'resnet50-imagenet',
    IMAGENET,
    1000,
    0.2,
    25_502_912,
    99.5612,
    [
      'layer1.0.conv1',
      'layer1.0.conv3',
      'layer1.0.shortcut',
      'layer1.1.conv1',
      'layer1.1.conv3',
      'layer1.2.conv1',
      'layer1.2.conv3',
      'layer2.0.conv1',
    ],
    0.4138,
  ],
  ['resnet50-imagenet', IMAGENET, 1000, 0.1, 25_502_912, 48.7861, ['layer1.0.conv1'], 0.2418],
  ['resnet50-imagenet', IMAGENET, 1000, 0.05, 25_502_912, 24.3716, [], 0.1217],
  ['resnet50-imagenet', IMAGENET, 1000, 0.01, 25_502_912, 4.8743, [], 0.0243],
];

describe('the published accounting', () => {
  it.each(TABLE)('of %s on %j, %i classes, density %f', (name, shape, classes, density, size, scale, dense, ratio) => {
    const account_ = account(name, shape, classes, density);
    expect(account_.size).toBe(size);
    expect(account_.scale).toBeCloseTo(scale, 4);
    expect([...account_.denseLayers].sort()).toEqual([...dense].sort());
    expect(account_.ratio).toBeCloseTo(ratio, 4);
  });

  it('cnn-small is the plain CNN of the benchmark: 1,728 + 36,864 + 73,728 + 147,456 + 294,912 + 40,960 weights', () => {
    const { size, denseFlops } = account('cnn-small', CIFAR, 10, 0.1);
    expect(size).toBe(595_648);
    const macs = 1024 * (1_728 + 36_864) + 256 * (73_728 + 147_456) + 64 * 294_912 + 40_960;
    expect(denseFlops).toBe(2 * macs);
  });

  it('ResNet-50 on ImageNet takes 8.178e9 operations forward', () => {
    expect(account('resnet50-imagenet', IMAGENET, 1000, 0.1).denseFlops / 1e9).toBeCloseTo(8.178, 3);
  });
});

describe('every network', () => {
  it.each(NETWORK_NAMES)('%s fits together and ends in the classes', (name) => {
    const shape: ImageShape = name.endsWith('imagenet') ? IMAGENET : name.startsWith('lenet') ? [28, 28, 1] : CIFAR;
    for (const classes of [10, 100]) {
      const network = buildNamedNetwork(name, { shape, classes });
      const shapes = outputShapes(network);
      expect(shapes.get(network.layers.at(-1)!.name)).toEqual([1, 1, classes]);
    }
  });

  it.each([
    ['vgg16', 14_719_818 + 4224],
    ['wrn-28-10', 36_479_194],
    ['wrn-16-8', 10_961_370],
  ])('%s is of its usual size', (name, parameters) => {
    const network = buildNamedNetwork(name, { shape: CIFAR, classes: 10 });
    const total = network.layers.reduce((sum, layer) => {
      if (layer.kind === 'batch-norm') return sum + 2 * layer.features;
      if (layer.kind !== 'linear' && layer.kind !== 'convolution') return sum;
      return sum + sizeOf(weightShape(layer)) + (layer.bias ? layer.outputs : 0);
    }, 0);
    expect(Math.abs(total - parameters) / parameters).toBeLessThan(0.001);
  });

  it('says what is wrong with an unknown name or images that are too small', () => {
    expect(() => buildNamedNetwork('vgg-x', { shape: CIFAR, classes: 10 })).toThrow(
      /"vgg-x" is not a network.*resnet50/,
    );
    expect(() => buildNamedNetwork('vgg16', { shape: [8, 8, 3], classes: 10 })).toThrow(/too small/);
  });
});
