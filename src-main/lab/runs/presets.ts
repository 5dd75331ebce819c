import { type ConfigurationInput, type PresetDescription, shortened } from '../../contract/index.ts';
import { LabError } from '../lab-error.ts';

export interface Preset extends PresetDescription {
  /** The runs' study; null for a preset of one run. */
  study: string | null;
}

/**
 * Shared by the demo's four runs, so that they differ in the method alone. Small batches give the grown weights many
 * steps; an update every 133 steps is nearly two an epoch of 240, enough of them to explore.
 */
const demo: ConfigurationInput = {
  dataset: 'mnist',
  network: 'mlp-300-100',
  seed: 1,
  epochs: 30,
  batchSize: 32,
  learningRate: 0.05,
  checkpointEvery: 10,
};
const demoTopology: ConfigurationInput = { sparsity: 0.95, updateEvery: 133, pruneRate: 0.5, stopFraction: 0.8 };

export const presets: readonly Preset[] = [
  {
    id: 'demo',
    title: 'Demo study',
    description:
      'Dense, static, SET and RigL on MNIST digits, the three sparse ones at 95% sparsity, all from the same seed. ' +
      'Under two minutes on two cores.',
    study: 'Demo',
    configurations: [
      // The runs stand together and are the first that a person sees: their names say only in what they differ.
      { ...demo, method: 'dense', name: 'Dense' },
      { ...demo, ...demoTopology, method: 'static', name: 'Static 95%' },
      { ...demo, ...demoTopology, method: 'set', name: 'SET 95%' },
      { ...demo, ...demoTopology, method: 'rigl', name: 'RigL 95%' },
    ],
  },
  {
    id: 'set-itop',
    title: 'SET-ITOP',
    description:
      'Random growth with the ITOP settings: long update intervals and a prune rate of 0.5, so that grown weights are ' +
      'trained before they compete.',
    study: null,
    configurations: [{ method: 'set-itop', epochs: 200, batchSize: 64 }],
  },
  {
    id: 'rigl-itop',
    title: 'RigL-ITOP',
    description: 'Gradient growth with the ITOP settings: even longer update intervals and a prune rate of 0.5.',
    study: null,
    configurations: [{ method: 'rigl-itop', epochs: 200, batchSize: 64 }],
  },
];

/** @throws where there is no such preset, listing those there are */
export function requirePreset(id: string): Preset {
  const found = presets.find((preset) => preset.id === id);
  if (found) return found;
  throw new LabError(
    `There is no preset "${shortened(id)}"; the presets are ${presets.map((preset) => preset.id).join(', ')}.`,
  );
}
