import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLab } from '../../../src-main/lab/lab.ts';
import { borrowCard, type BorrowedCard } from '../support/borrowed-card.ts';
import { endless, openTestLab, temporaryFolder, testEnvironment, tiny, waitUntil } from '../support/lab.ts';

const AUTO = { ...tiny, method: 'set', engine: 'auto', epochs: 1, checkpointEvery: 0 } as const;

async function labWithCard(folder = temporaryFolder()) {
  const card: BorrowedCard = await borrowCard(testEnvironment(folder));
  return { card, folder, lab: await openTestLab(folder, { gpu: card }) };
}

// The software driver compiles every kernel it meets for the first time.
describe('engine: auto', { timeout: 180_000 }, () => {
  it('measures each engine once for a network, takes the fastest and says so', async () => {
    const { lab, card } = await labWithCard();
    const [first] = await lab.launchRuns([AUTO], null);
    const [done] = await lab.waitForEnd([first.id]);
    const { engineChoice } = await lab.getRun(first.id);
    const { measured } = engineChoice!;
    expect(measured.map(({ engine }) => engine).toSorted()).toEqual(['cpu', 'webgpu']);
    const [fastest, other] = measured;
    expect(other.millisecondsPerStep).toBeGreaterThanOrEqual(fastest.millisecondsPerStep);
    expect(done).toMatchObject({ status: 'finished', engine: fastest.engine });
    expect(engineChoice).toMatchObject({ engine: fastest.engine, remembered: false });
    expect(measured.find(({ engine }) => engine === 'webgpu')?.title).toMatch(/WebGPU, SwiftShader/);
    expect(engineChoice!.left.map(({ engine }) => engine)).toEqual(['tfjs-cuda', 'tfjs-node']);
    const said = (await lab.readLog(first.id)).map(({ text }) => text);
    expect(said[0]).toMatch(new RegExp(`^auto takes ${fastest.engine}: `));
    for (const engine of [/CPU, .* ms a step/, /WebGPU, SwiftShader.* ms a step/]) expect(said[0]).toMatch(engine);
    const measurements = () => card.started.filter((what) => what === 'measurement').length;
    expect(measurements()).toBe(1);

    const [second] = await lab.launchRuns([{ ...AUTO, seed: 9 }], null);
    await lab.waitForEnd([second.id]);
    expect((await lab.getRun(second.id)).engineChoice).toMatchObject({
      engine: fastest.engine,
      remembered: true,
      measured,
    });
    expect(measurements()).toBe(1);

    const [third] = await lab.launchRuns([{ ...AUTO, batchSize: 64 }], null);
    await lab.waitForEnd([third.id]);
    expect((await lab.getRun(third.id)).engineChoice).toMatchObject({ remembered: false });
    expect(measurements()).toBe(2);
    expect((await lab.listCalibrations()).map(({ subject }) => subject.find((word) => /batch/.test(word)))).toEqual([
      'batch 64',
      'batch 128',
    ]);
  });

  it('remembers across labs, measures again on request, and not by a damaged file', async () => {
    const { lab, folder, card } = await labWithCard();
    const { choice, measuredAt } = await lab.calibrateEngines(AUTO);
    expect(choice.measured).toHaveLength(2);
    await lab.close();

    const next = await openTestLab(folder, { gpu: card });
    expect((await next.listCalibrations()).map((known) => known.choice.key)).toEqual([choice.key]);
    const [run] = await next.launchRuns([AUTO], null);
    await next.waitForEnd([run.id]);
    expect((await next.getRun(run.id)).engineChoice).toMatchObject({ remembered: true });
    const [known] = await next.listCalibrations();
    const again = await next.calibrateEngines(known.configuration);
    expect(again.choice).toMatchObject({ key: choice.key, remembered: false });
    expect(again.measuredAt).toBeGreaterThan(measuredAt);
    expect(await next.listCalibrations()).toHaveLength(1);
    await next.close();

    writeFileSync(join(folder, 'engine-calibrations.json'), '[{"choice": {');
    const last = await openTestLab(folder, { gpu: card });
    expect(await last.listCalibrations()).toEqual([]);
  });

  it('is overridden by an engine that is named: nothing is measured, and that one trains', async () => {
    const { lab, card } = await labWithCard();
    const [run] = await lab.launchRuns([{ ...AUTO, engine: 'webgpu', network: 'mlp-8', epochs: 1 }], null);
    await waitUntil(async () => (await lab.getRun(run.id)).item.steps > 0);
    const { item, engineChoice } = await lab.getRun(run.id);
    expect(item.engine).toBe('webgpu');
    expect(engineChoice).toBeNull();
    expect(card.started).toEqual([run.id]);
    await lab.cancelRun(run.id);
  });

  it('measures nothing where there is one engine, and never takes software for a card', async () => {
    const lab = await openTestLab();
    const [run] = await lab.launchRuns([AUTO], null);
    await lab.waitForEnd([run.id]);
    const { engineChoice } = await lab.getRun(run.id);
    expect(engineChoice).toMatchObject({ engine: 'cpu', measured: [] });
    expect(engineChoice!.left[0]).toEqual({
      engine: 'webgpu',
      reason: expect.stringMatching(/SwiftShader.* is software, taken only where webgpu is named/) as string,
    });
    expect(await lab.listCalibrations()).toEqual([]);
  });

  it('ends a measurement with the run that waits for it, and with the lab', async () => {
    const folder = temporaryFolder();
    const card = await borrowCard(testEnvironment(folder));
    const lab = await createLab(testEnvironment(folder, { gpu: card }));
    onTestFinished(() => lab.close({ graceful: false }).catch(() => undefined));
    const [first, second] = await lab.launchRuns(
      [
        { ...endless, engine: 'auto' },
        { ...endless, engine: 'auto' },
      ],
      null,
    );
    await waitUntil(() => card.started.length > 0);
    await lab.cancelRun(first.id);
    expect((await lab.getRun(first.id)).item).toMatchObject({ status: 'cancelled', steps: 0 });
    await waitUntil(() => card.started.length > 1);
    await lab.close();
    expect(card.started).toEqual(['measurement', 'measurement']);

    const again = await openTestLab(folder, { startQueued: false });
    expect((await again.getRun(second.id)).item.status).toBe('interrupted');
  });
});
