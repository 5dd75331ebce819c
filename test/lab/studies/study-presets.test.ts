import { describe, expect, it } from 'vitest';
import { PRESET_SCALES } from '../../../src-main/contract/index.ts';
import { presetStudies, studyPresets } from '../../../src-main/lab/studies/presets/index.ts';
import { requireConfiguration, studyPoints } from '../../support/methods.ts';

const CIFAR_REFERENCE = {
  epochs: 250,
  batchSize: 128,
  learningRate: 0.1,
  learningRateSchedule: 'step',
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
  distribution: 'erk',
  initialisation: 'reference',
  augmentation: 'crop+flip',
  cropPadding: 4,
};

/** Of itop.md 1.1, 1.2 and 1.9: what each preset's methods are trained with at full scale. */
const SETTINGS: [string, string, object][] = [
  ['itop-mlp-cifar10', 'mlp-1024-512', { ...CIFAR_REFERENCE, learningRate: 0.01, cropFill: 'reflect' }],
  ['itop-vgg16-cifar10', 'vgg-c', { ...CIFAR_REFERENCE, cropFill: 'reflect' }],
  ['itop-resnet34-cifar100', 'resnet34', { ...CIFAR_REFERENCE, cropFill: 'zero' }],
  [
    'itop-resnet50-imagenet',
    'resnet50-imagenet',
    {
      epochs: 100,
      batchSize: 128,
      learningRate: 0.1,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 1e-4,
      warmupEpochs: 5,
      labelSmoothing: 0.1,
      learningRateSchedule: 'step-imagenet',
      augmentation: 'resized-crop+flip',
    },
  ],
];

/** Method, update interval and prune rate of the README's ITOP commands. */
const ITOP_INTERVALS = { 'set-itop': 1500, 'rigl-itop': 4000 };

const every = studyPresets.flatMap((preset) =>
  preset.sweeps.flatMap((sweep) =>
    PRESET_SCALES.map((scale) => ({ preset: preset.id, sweep: sweep.id, scale, study: sweep.studies[scale] })),
  ),
);

describe('presets of the paper', () => {
  it.each(every)('$preset, $sweep, $scale can be trained as it stands', ({ study }) => {
    const points = studyPoints(study);
    expect(points.length).toBeGreaterThanOrEqual(study.seeds.length * 4);
    for (const { configuration } of points) expect(requireConfiguration(configuration).sparsity).toBeLessThan(1);
  });

  it('give every study its own name, so that each is resumed as itself', () => {
    const names = every.map(({ study }) => study.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(SETTINGS)('%s trains %s with the settings of the reference code', (id, network, settings) => {
    for (const { configuration } of studyPoints(presetStudies(id, 'methods', 'full')[0])) {
      const full = requireConfiguration(configuration);
      expect(full).toMatchObject({ network, ...settings });
      if (full.method === 'set-itop' || full.method === 'rigl-itop') {
        expect(full).toMatchObject({ updateEvery: ITOP_INTERVALS[full.method], pruneRate: 0.5, stopFraction: 1 });
      }
    }
  });

  it.each(['quick', 'half'] as const)('%s keeps the number of updates of the full scale', (scale) => {
    const updates = (of: typeof scale | 'full') =>
      studyPoints(presetStudies('itop-mlp-cifar10', 'update-interval', of)[0])
        .map(({ configuration }) => requireConfiguration(configuration))
        .filter(({ seed }) => seed === 1)
        .map(({ epochs, updateEvery }) => epochs / updateEvery);
    updates(scale).forEach((value, index) => expect(value).toBeCloseTo(updates('full')[index], 6));
  });

  it('sweep what the paper sweeps: update interval (five values at least), batch size, training length, sparsity', () => {
    const swept = ['methods', 'update-interval', 'batch-size', 'training-length', 'sparsity'];
    for (const preset of studyPresets) {
      const sweeps = new Map(preset.sweeps.map((one) => [one.id, one]));
      expect([...sweeps.keys()].toSorted()).toEqual(swept.toSorted());
      // A day on a card for each point of ImageNet.
      const least = preset.id === 'itop-resnet50-imagenet' ? 4 : 5;
      expect(sweeps.get('update-interval')!.studies.full.grid.updateEvery.length).toBeGreaterThanOrEqual(least);
    }
  });

  it('ask for 90, 95 and 98% sparsity of ResNet-34 on CIFAR-100', () => {
    expect(presetStudies('itop-resnet34-cifar100', 'methods', 'full')[0].grid.sparsity).toEqual([0.9, 0.95, 0.98]);
  });

  it('name what there is where a preset or sweep is unknown', () => {
    expect(() => presetStudies('itop-mlp', null, 'quick')).toThrow(/no study preset "itop-mlp"; .*itop-mlp-cifar10/);
    expect(() => presetStudies('itop-mlp-cifar10', 'depth', 'quick')).toThrow(/no sweep "depth"; it has methods/);
  });
});
