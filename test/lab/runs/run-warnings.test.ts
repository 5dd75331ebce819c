import { describe, expect, it } from 'vitest';
import type { ConfigurationInput, RunWarning } from '../../../src-main/contract/index.ts';
import { createLab, type Lab } from '../../../src-main/lab/lab.ts';
import { openTestLab, standingAt, temporaryFolder, testEnvironment, tiny, untilUpdated } from '../support/lab.ts';

/** 60 steps an epoch, so a checkpoint at 60; pruned to the end at step 105, and a layer loses its last weight before. */
const emptied: ConfigurationInput = {
  ...tiny,
  ...{ method: 'gmp', sparsity: 0.9999, network: 'mlp-300-100', epochs: 2, updateEvery: 5, sparsityEndFraction: 0.9 },
  stopFraction: 1,
};
const CHECKPOINT_AT = 60;
const STOPPED_AT = 105;

const ofEmptyLayers = async (lab: Lab, id: string): Promise<RunWarning[]> =>
  (await lab.getRun(id)).item.warnings.filter(({ code }) => code === 'empty-layer');

describe('warnings of a run that stops and goes on', { timeout: 120_000 }, () => {
  it.each([
    ['from a checkpoint of before they came are told anew, and meanwhile not at all', false],
    ['from a checkpoint of after they came stay, and are not told again', true],
  ])('%s', async (_, graceful) => {
    const folder = temporaryFolder();
    const first = await createLab(testEnvironment(folder, standingAt(STOPPED_AT)));
    const [{ id }] = await first.launchRuns([emptied], null);
    await untilUpdated(first, id, STOPPED_AT);
    const before = await ofEmptyLayers(first, id);
    expect(before).not.toEqual([]);
    expect(before.every(({ step = 0 }) => step > CHECKPOINT_AT && step < STOPPED_AT)).toBe(true);
    await first.close({ graceful });

    const lab = await openTestLab(folder);
    const told: number[] = [];
    const start = new Promise<void>((resolve) => {
      lab.on('runs-changed', (runs) => {
        const run = runs.find((one) => one.id === id);
        if (!run) return;
        told.push(run.warnings.filter(({ code }) => code === 'empty-layer').length);
        if (run.status === 'running') resolve();
      });
    });
    expect(await ofEmptyLayers(lab, id)).toEqual(before);
    await lab.resumeRun(id);
    await start;
    const [ended] = await lab.waitForEnd([id]);
    expect(ended.status).toBe('finished');
    expect(await ofEmptyLayers(lab, id)).toEqual(expect.arrayContaining(before));
    if (graceful) expect(told.every((count) => count >= before.length)).toBe(true);
    else expect(told).toContain(0);
    const log = (await lab.readLog(id)).filter(({ text }) => text === before[0].text);
    expect(log).toHaveLength(graceful ? 1 : 2);
  });
});
