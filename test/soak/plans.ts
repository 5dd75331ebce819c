import type { ConfigurationInput, StudyDefinition } from '../../src-main/contract/index.ts';

/** What one command trains: runs, or a study. */
export type Plan = { name: string; atOnce: number } & (
  { kind: 'runs'; runs: ConfigurationInput[] } | { kind: 'study'; study: StudyDefinition }
);

/** Seconds of work, with a checkpoint an epoch (60 steps) and a mask update every 7 steps. */
const base: ConfigurationInput = {
  network: 'mlp-96-48',
  sparsity: 0.9,
  epochs: 12,
  batchSize: 128,
  updateEvery: 7,
  checkpointEvery: 1,
  threads: 1,
};

const METHODS = ['set', 'rigl', 'granet', 'gmp', 'static'] as const;

const alone = METHODS.map((method): Plan => ({ name: method, kind: 'runs', atOnce: 1, runs: [{ ...base, method }] }));

/** Taken in turns. */
export const plans: readonly Plan[] = [
  ...alone,
  {
    ...{ name: 'three at once', kind: 'runs', atOnce: 3 },
    runs: (['set', 'rigl', 'gmp'] as const).map((method) => ({ ...base, method, seed: 2 })),
  },
  {
    ...{ name: 'study', kind: 'study', atOnce: 2 },
    study: {
      name: 'Soak',
      base: { ...base, epochs: 4 },
      grid: { method: ['dense', 'rigl'] },
      variants: [],
      seeds: [1, 2],
    },
  },
];
