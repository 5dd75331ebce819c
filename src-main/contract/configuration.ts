import * as v from 'valibot';
import { shortened } from './echo.ts';
import { ENGINE_NAMES } from './engines.ts';
import { isNetworkName, NETWORK_NAMES } from './networks.ts';
import { choice, field, flag, integer, number, text } from './schema-parts.ts';

/**
 * The configuration of one run: what a person chooses. Every entry carries its label, help and group of the form as
 * metadata, so the new-run form, the command line's messages and the stored runs all follow this one schema.
 */

/** Leaves a quarter of a million weights of 3072-500000-500000-10; that every layer keeps one is the plan's to check. */
export const LARGEST_SPARSITY = 0.999999;
/** Of groups of inputs and blocks of outputs. */
export const LARGEST_UNIT = 64;
/** In UTF-16 units, of what a person gives; a name made of the configuration is as long as it must be. */
export const LONGEST_NAME = 120;
/** Geometry of the augmentation; docs/data.md defines each. */
export const AUGMENTATIONS = ['none', 'crop+flip', 'crop', 'flip', 'resized-crop+flip', 'resized-crop'] as const;

export const configurationEntries = {
  name: field(
    v.pipe(text, v.maxLength(LONGEST_NAME, `must be at most ${LONGEST_NAME} characters`)),
    'Name',
    'Left empty, the run is named after what it is.',
    { group: 'what' },
  ),
  dataset: field(
    v.pipe(text, v.nonEmpty('choose a dataset')),
    'Dataset',
    'A dataset of the catalogue, or one you imported.',
    { group: 'what' },
  ),
  network: field(
    v.pipe(
      text,
      v.check(
        isNetworkName,
        (issue) =>
          `must be hidden widths such as mlp-256-128, or one of ${NETWORK_NAMES.join(', ')}; not ${shortened(issue.received)}`,
      ),
    ),
    'Network',
    'Hidden widths of a multilayer perceptron, such as mlp-256-128, or a network of the zoo; input and output follow the dataset.',
    { group: 'what' },
  ),
  /** Which names there are is the catalogue's to say (`entriesOf`). */
  method: field(text, 'Method', 'How the topology is trained.', { group: 'what' }),
  seed: field(
    integer(0, 4294967295),
    'Seed',
    'Runs with the same seed share data order and the initial draw of every weight.',
    { group: 'what' },
  ),

  sparsity: field(
    number(0, LARGEST_SPARSITY),
    'Sparsity',
    'Share of prunable weights that are absent, over the whole network.',
    { group: 'topology' },
  ),
  initialSparsity: field(
    number(0, LARGEST_SPARSITY),
    'Initial sparsity',
    'Sparsity at the start of a method that prunes while it trains; from the final sparsity on it changes nothing.',
    { group: 'topology' },
  ),
  sparsityEndFraction: field(
    number(0, 1),
    'Final sparsity after',
    'Share of the training after which the final sparsity is reached, by the schedule of the method.',
    { group: 'topology' },
  ),
  distribution: field(
    choice(['erk', 'er', 'uniform', 'uniform-first-dense']),
    'Distribution',
    'How the density is spread over the layers.',
    {
      group: 'topology',
    },
  ),
  scoringSamples: field(
    integer(1, 65_536, 'samples'),
    'Scoring',
    'Training samples by which the initial mask is scored, as one batch; their activations are held at once.',
    { group: 'topology', unit: 'samples' },
  ),
  initialisation: field(
    choice(['sparse', 'dense', 'reference']),
    'Initial scale',
    'Variance of the initial weights: 2 / active fan-in (sparse), 2 / dense fan-in (dense), or 1 / (3 · dense fan-in), PyTorch’s default, as in the ITOP code (reference).',
    { group: 'topology' },
  ),
  updateEvery: field(
    integer(1, 10_000_000, 'steps'),
    'Update interval',
    'Optimiser steps between two mask updates (ΔT).',
    { group: 'topology', unit: 'steps' },
  ),
  pruneRate: field(
    number(0, 0.95),
    'Prune rate',
    'Share of each layer’s active weights dropped at an update, at the start.',
    { group: 'topology' },
  ),
  pruneSchedule: field(
    choice(['cosine', 'constant', 'step']),
    'Prune-rate schedule',
    'cosine falls to 0.005 at the last step; step halves at 9/16 and ends at 3/4 of the training.',
    { group: 'topology' },
  ),
  stopFraction: field(
    number(0, 1),
    'Stop updates after',
    'Share of the training after which the mask stays as it is; 1 updates to the end.',
    { group: 'topology' },
  ),
  growthInitialisation: field(
    choice(['zero', 'kept', 'random']),
    'Grown weights start',
    'At zero; where dropped and grown by the same update with the value and momentum they had (kept); or at a tenth of their initial draw (random).',
    { group: 'topology' },
  ),
  gradientBatches: field(
    integer(1, 1000, 'batches'),
    'Gradient average',
    'Growth goes by the mean gradient of this many batches before an update; above 1 it takes memory for the dense network.',
    {
      group: 'topology',
      unit: 'batches',
    },
  ),
  fidelity: field(
    choice(['exact', 'reference']),
    'Fidelity',
    'exact: exact counts, seeded ties, no update on the final step. reference: as the ITOP code does, defects included.',
    { group: 'topology' },
  ),

  epochs: field(integer(1, 100_000), 'Epochs', 'Passes over the training split.', { group: 'optimisation' }),
  batchSize: field(integer(1, 65_536), 'Batch size', 'Samples per optimiser step.', {
    group: 'optimisation',
    unit: 'samples',
  }),
  learningRate: field(number(0, 100), 'Learning rate', 'Of stochastic gradient descent, before the schedule.', {
    group: 'optimisation',
  }),
  learningRateSchedule: field(
    choice(['cosine', 'step', 'step-imagenet', 'constant']),
    'Learning-rate schedule',
    'cosine falls to zero; step multiplies by 0.1 at 1/2 and 3/4 of the epochs, step-imagenet at 0.3, 0.6 and 0.9, whole epochs, none before the first is over.',
    { group: 'optimisation' },
  ),
  warmupEpochs: field(number(0, 1000), 'Warm-up', 'Epochs over which the learning rate rises linearly from zero.', {
    group: 'optimisation',
    unit: 'epochs',
  }),
  momentum: field(number(0, 0.9999), 'Momentum', 'Of stochastic gradient descent.', { group: 'optimisation' }),
  nesterov: field(flag, 'Nesterov', 'Nesterov’s form of momentum.', { group: 'optimisation' }),
  weightDecay: field(
    number(0, 1),
    'Weight decay',
    'Added to the gradient of every active weight, bias and batch norm.',
    {
      group: 'optimisation',
    },
  ),
  labelSmoothing: field(number(0, 0.9), 'Label smoothing', 'Share of the target spread evenly over the classes.', {
    group: 'optimisation',
  }),
  validationFraction: field(
    number(0, 0.5),
    'Validation share',
    'Share of the training data held out: accuracy on it is reported after every epoch. Tests use the last weights.',
    { group: 'optimisation' },
  ),

  augmentation: field(
    choice(AUGMENTATIONS),
    'Crop and flip',
    'Random changes of every training image, drawn from the seed. crop+flip is the usual recipe for CIFAR.',
    { group: 'augmentation' },
  ),
  cropPadding: field(
    integer(0, 64, 'pixels'),
    'Crop padding',
    'Of crop: pixels added on every side before an image of the old size is cut out.',
    { group: 'augmentation', unit: 'pixels' },
  ),
  cropFill: field(choice(['zero', 'reflect']), 'Padding holds', 'Of crop: black, or the image mirrored at its edge.', {
    group: 'augmentation',
  }),
  cropLeastArea: field(
    number(0.01, 1),
    'Least area',
    'Of resized-crop: the smallest share of the image that a crop may show.',
    { group: 'augmentation' },
  ),
  brightness: field(number(0, 1), 'Brightness', 'Factor drawn from 1 − b to 1 + b; 0 leaves it.', {
    group: 'augmentation',
  }),
  contrast: field(number(0, 1), 'Contrast', 'Factor drawn from 1 − c to 1 + c; 0 leaves it.', {
    group: 'augmentation',
  }),
  saturation: field(
    number(0, 1),
    'Saturation',
    'Factor drawn from 1 − s to 1 + s; 0 leaves it, and grey images have none. The hue is never changed.',
    { group: 'augmentation' },
  ),
  cutout: field(
    integer(0, 1024, 'pixels'),
    'Cutout',
    'Side of a square at a random position that is filled with the mean colour; 0 cuts nothing.',
    { group: 'augmentation', unit: 'pixels' },
  ),
  mixup: field(
    number(0, 100),
    'Mixup',
    'Alpha of Beta(alpha, alpha), from which every batch draws how much of another image and label is mixed in; 0 mixes nothing, 0.1 to 0.4 is usual for ImageNet, 1 for CIFAR.',
    { group: 'augmentation' },
  ),

  engine: field(
    choice(['auto', ...ENGINE_NAMES]),
    'Engine',
    'Where the arithmetic runs. auto takes the fastest here, measured for two seconds once a network; see Devices.',
    { group: 'execution' },
  ),
  threads: field(
    integer(0, 64),
    'Threads',
    'Compute threads of this run; 0 takes its share of the cores among runs that train at once.',
    {
      group: 'execution',
    },
  ),
  activations: field(
    choice(['f32', 'f16']),
    'Activations stored as',
    'Of the engine webgpu: f16 halves the room of what layers hand on and rounds it to 11 bits; all sums, weights and gradients stay f32.',
    { group: 'execution' },
  ),
  checkpointEvery: field(
    integer(0, 100_000, 'epochs'),
    'Checkpoint every',
    'Epochs between checkpoints; 0 keeps only the final one.',
    { group: 'execution', unit: 'epochs' },
  ),
};

/** What every method's configuration has; some keys mean something only to some (`METHOD_DEPENDENT_KEYS`). */
export type SharedConfiguration = v.InferOutput<v.StrictObjectSchema<typeof configurationEntries, undefined>>;
export type SharedKey = keyof typeof configurationEntries;
export type ConfigurationValue = string | number | boolean;

/** The configuration of one run, checked: beside the shared keys it has those of its method (`MethodDescription.keys`). */
export interface RunConfiguration extends SharedConfiguration {
  [methodKey: string]: ConfigurationValue;
}
/** What a person writes: any subset of the keys. */
export type ConfigurationInput = Partial<SharedConfiguration> & Record<string, ConfigurationValue | undefined>;

export const CONFIGURATION_KEYS = Object.keys(configurationEntries) as SharedKey[];
