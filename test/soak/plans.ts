import type { ConfigurationInput, StudyDefinition } from '../../src-main/contract/index.ts';

/** What one command, or one window, trains: runs, or a study. */
export type Plan = { name: string; atOnce: number; through: 'command line' | 'window' } & (
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

const commandLine = { through: 'command line' } as const;

const single = METHODS.map((method): Plan => ({
  ...commandLine,
  name: method,
  kind: 'runs',
  atOnce: 1,
  runs: [{ ...base, method }],
}));

/** By the command line, taken in turns. */
export const plans: readonly Plan[] = [
  ...single,
  {
    ...commandLine,
    ...{ name: 'three at once', kind: 'runs', atOnce: 3 },
    runs: (['set', 'rigl', 'gmp'] as const).map((method) => ({ ...base, method, seed: 2 })),
  },
  {
    ...commandLine,
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

const IN_WINDOWS = ['rigl', 'three at once', 'study'];

/** The same of the window. */
export const windowPlans: readonly Plan[] = plans
  .filter(({ name }) => IN_WINDOWS.includes(name))
  .map((plan) => ({ ...plan, name: `window, ${plan.name}`, through: 'window' }));
