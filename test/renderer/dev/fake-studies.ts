import { makeRun, type FakeRun } from './fake-run.ts';

const HOUR = 3_600_000;
const DEMO = ['dense', 'static', 'set', 'rigl'] as const;

/** A lab in use: the demo finished, seeds repeated, one of every state. */
export function sampleRuns(now: number): FakeRun[] {
  const demo = DEMO.map((method, index) => {
    return makeRun(
      { method, seed: 1, epochs: 12, updateEvery: 40 },
      'finished',
      1,
      now - 5 * HOUR + index * 1000,
      'Demo study',
    );
  });
  const seeds = [2, 3].flatMap((seed) =>
    DEMO.map((method) =>
      makeRun(
        { method, seed, epochs: 12, updateEvery: 40 },
        'finished',
        1,
        now - 3 * HOUR + seed * 1000,
        'Three seeds',
      ),
    ),
  );
  const broken = makeRun(
    {
      method: 'set',
      sparsity: 0.98,
      seed: 4,
      learningRate: 2,
      epochs: 12,
      updateEvery: 40,
      name: 'set 98%, large steps',
    },
    'diverged',
    0.8,
    now - 2 * HOUR,
  );
  broken.diverges = true;
  broken.item = {
    ...broken.item,
    warnings: [
      {
        code: 'diverged',
        text: 'The training loss is NaN at step 420: the run has diverged and ends here. A lower learning rate may help.',
        step: 420,
      },
      { code: 'dead-units', layer: 'fc1', text: '14 of 300 units of fc1 have no incoming weight.', step: 400 },
    ],
  };
  const others = [
    broken,
    makeRun(
      { method: 'rigl', sparsity: 0.9, seed: 1, epochs: 12, updateEvery: 40 },
      'cancelled',
      0.4,
      now - 1.5 * HOUR,
    ),
    makeRun(
      { method: 'set-itop', sparsity: 0.95, epochs: 60, network: 'mlp-512-512' },
      'interrupted',
      0.55,
      now - HOUR,
    ),
    makeRun(
      { method: 'rigl', sparsity: 0.98, epochs: 40, updateEvery: 40, network: 'mlp-1024-1024' },
      'running',
      0.3,
      now - 400_000,
    ),
    makeRun(
      { method: 'set', sparsity: 0.98, epochs: 40, updateEvery: 40, network: 'mlp-1024-1024' },
      'paused',
      0.2,
      now - 300_000,
    ),
    makeRun({ method: 'dense', epochs: 40, network: 'mlp-1024-1024' }, 'queued', 0, now - 200_000),
  ];
  const failed = makeRun(
    { method: 'snip', sparsity: 0.9, seed: 4, epochs: 12, name: 'snip 90%, no room' },
    'failed',
    0.5,
    now - 1.9 * HOUR,
  );
  failed.item = { ...failed.item, failure: 'The disk is full: free some of it, then resume the run.' };
  const lostSeed = makeRun(
    { method: 'rigl', seed: 4, epochs: 12, updateEvery: 40 },
    'diverged',
    0.7,
    now - 3 * HOUR,
    'Three seeds',
  );
  const own = makeRun(
    { method: 'gentle-set', sparsity: 0.9, seed: 4, epochs: 12, updateEvery: 40, patience: 4 },
    'failed',
    0.5,
    now - 1.8 * HOUR,
  );
  const failure =
    'The method gentle-set failed at update 3 in its drop rule of layer fc1: Cannot read properties of undefined ' +
    "(reading 'length') (gentle.ts:23).";
  own.item = { ...own.item, failure, checkpointEpoch: 5 };
  others.push(failed, lostSeed, own);
  for (const run of [...demo, ...seeds, ...others]) {
    run.log.push(
      { at: run.item.createdAt + 1000, level: 'info', text: `Engine cpu, relaxed SIMD, ${run.item.threads} threads.` },
      {
        at: run.item.createdAt + 1200,
        level: 'info',
        text: `${run.plan.activeWeights} of ${run.plan.prunableWeights} prunable weights are active.`,
      },
      { at: run.item.createdAt + 9000, level: 'info', text: 'Checkpoint written at epoch 5.' },
    );
    if (run.item.failure) run.log.push({ at: run.item.createdAt + 20_000, level: 'error', text: run.item.failure });
  }
  return [...demo, ...seeds, ...others];
}

/** Very many runs, for scrolling. */
export function manyRuns(number: number, now: number): FakeRun[] {
  return Array.from({ length: number }, (_, index) =>
    makeRun(
      { method: DEMO[index % 4], seed: Math.floor(index / 4), epochs: 12, updateEvery: 40 },
      index < 3 ? 'running' : 'finished',
      index < 3 ? 0.2 : 1,
      now - index * 60_000,
      `Grid ${Math.floor(index / 40) + 1}`,
    ),
  );
}
