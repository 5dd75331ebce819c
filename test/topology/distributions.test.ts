import { describe, expect, it } from 'vitest';
import { erkDetails } from '../../src-main/topology/distributions/erk.ts';
import { activeCounts, distributions, sizeOf, type WeightShape } from '../../src-main/topology/distributions/index.ts';

const MLP_CIFAR10: WeightShape[] = [
  [1024, 3072],
  [512, 1024],
  [10, 512],
];

/** 3x3 convolutions of VGG by output width; `1x1` marks a pointwise one. */
function vgg(plan: (number | [number, 1])[], classifier: WeightShape[]): WeightShape[] {
  let inputs = 3;
  const convolutions = plan.map((entry): WeightShape => {
    const [outputs, kernel] = Array.isArray(entry) ? entry : [entry, 3];
    const shape = [outputs, inputs, kernel, kernel];
    inputs = outputs;
    return shape;
  });
  return [...convolutions, ...classifier];
}

const VGG_C = vgg(
  [64, 64, 128, 128, 256, 256, [256, 1], 512, 512, [512, 1], 512, 512, [512, 1]],
  [
    [512, 2048],
    [512, 512],
    [10, 512],
  ],
);
const VGG_D = vgg(
  [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512],
  [
    [512, 512],
    [512, 512],
    [10, 512],
  ],
);

/** CIFAR ResNet of basic blocks: 3x3 stem, four stages, 1x1 projections where the width changes, bias-free classifier. */
function resnet(blocks: number[], classes: number): WeightShape[] {
  const shapes: WeightShape[] = [[64, 3, 3, 3]];
  let inputs = 64;
  [64, 128, 256, 512].forEach((width, stage) => {
    for (let block = 0; block < blocks[stage]; block++) {
      shapes.push([width, inputs, 3, 3], [width, width, 3, 3]);
      if (inputs !== width) shapes.push([width, inputs, 1, 1]);
      inputs = width;
    }
  });
  return [...shapes, [classes, 512]];
}

/** itop.md 1.4. */
const ERK_TABLE = [
  { name: 'MLPCIFAR10', shapes: MLP_CIFAR10, size: 3_675_136, density: 0.05, scale: 31.7182, denseLayers: 1 },
  { name: 'vgg-c', shapes: VGG_C, size: 11_307_712, density: 0.05, scale: 48.501, denseLayers: 2 },
  { name: 'vgg-d', shapes: VGG_D, size: 15_239_872, density: 0.05, scale: 75.575, denseLayers: 2 },
  {
    name: 'ResNet34',
    shapes: resnet([3, 4, 6, 3], 100),
    size: 21_311_168,
    density: 0.1,
    scale: 130.4411,
    denseLayers: 4,
  },
  {
    name: 'ResNet34',
    shapes: resnet([3, 4, 6, 3], 100),
    size: 21_311_168,
    density: 0.05,
    scale: 63.5314,
    denseLayers: 2,
  },
  {
    name: 'ResNet34',
    shapes: resnet([3, 4, 6, 3], 100),
    size: 21_311_168,
    density: 0.02,
    scale: 25.2525,
    denseLayers: 1,
  },
  {
    name: 'ResNet18',
    shapes: resnet([2, 2, 2, 2], 100),
    size: 11_210_432,
    density: 0.05,
    scale: 60.5323,
    denseLayers: 2,
  },
];

describe('ERK', () => {
  it.each(ERK_TABLE)(
    'reproduces the table for $name at density $density',
    ({ shapes, size, density, scale, denseLayers }) => {
      const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
      expect(total).toBe(size);
      const details = erkDetails(shapes, density);
      expect(details.scale).toBeCloseTo(scale, 4);
      expect(details.dense.filter(Boolean)).toHaveLength(denseLayers);
    },
  );

  it('makes the last layer of the MLP dense and no other', () => {
    expect(erkDetails(MLP_CIFAR10, 0.05).dense).toEqual([false, false, true]);
  });
});

describe('every distribution', () => {
  const cases = Object.entries(distributions).flatMap(([name, distribution]) =>
    [0.01, 0.02, 0.1, 0.5, 0.9, 1].map((density) => ({ name, distribution, density })),
  );

  it.each(cases)('$name meets the global density $density exactly, in whole weights', ({ distribution, density }) => {
    const densities = distribution(VGG_C, density);
    const counts = activeCounts(VGG_C, densities);
    const size = VGG_C.reduce((sum, shape) => sum + sizeOf(shape), 0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Math.round(size * density));
    counts.forEach((count, layer) => {
      expect(count).toBeLessThanOrEqual(sizeOf(VGG_C[layer]));
      expect(Math.abs(count - densities[layer] * sizeOf(VGG_C[layer]))).toBeLessThanOrEqual(1);
    });
  });

  it('ER equals ERK for linear layers', () => {
    expect(distributions.er(MLP_CIFAR10, 0.05)).toEqual(distributions.erk(MLP_CIFAR10, 0.05));
  });
});

describe('uniform with a dense first layer', () => {
  const densities = distributions['uniform-first-dense'];
  const LENET: WeightShape[] = [
    [300, 784],
    [100, 300],
    [10, 100],
  ];

  it.each([
    // First convolution 1728 of 11,307,712: dense; the others (0.05 * 11,307,712 - 1728) / (11,307,712 - 1728).
    [VGG_C, 0.05, [1, 0.049855]],
    // The budget of 26,620 is less than the first layer: it takes all but one weight for each of 110 outputs.
    [LENET, 0.1, [26_510 / 235_200, 110 / 31_000]],
    [LENET, 1, [1, 1]],
  ])('keeps the global budget: %#', (shapes, density, [first, others]) => {
    const found = densities(shapes, density);
    expect(found[0]).toBeCloseTo(first, 6);
    for (const other of found.slice(1)) expect(other).toBeCloseTo(others, 6);
    const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
    const counts = activeCounts(shapes, found);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Math.round(density * total));
  });
});
