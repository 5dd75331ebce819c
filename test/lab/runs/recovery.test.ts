import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import {
  isResumable,
  METRICS,
  type ConfigurationInput,
  type MaskView,
  type Series,
} from '../../../src-main/contract/index.ts';
import { loadCpuKernels } from '../../../src-main/engine/cpu/kernels.node.ts';
import type { GpuHost, LabEnvironment } from '../../../src-main/lab/environment.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { startTrainerThread } from '../../../src-main/lab/runs/trainer-thread.ts';
import { THREADED_NODE } from '../../../src-main/toolchain/support/threaded-node.ts';
import { databaseFile } from '../../../src-main/store/database.ts';
import { standingProcess } from '../../support/standing.ts';
import {
  openTestLab,
  standingAt,
  statusOf,
  temporaryFolder,
  testEnvironment,
  tiny,
  untilUpdated,
  waitForSteps,
  waitUntil,
} from '../support/lab.ts';
import { createLab } from '../../../src-main/lab/lab.ts';

const long: ConfigurationInput = { ...tiny, network: 'mlp-96-48', epochs: 30, checkpointEvery: 7, updateEvery: 25 };

/** What a clock tells: how long training and waiting took. */
const CLOCKS: string[] = [METRICS.elapsedSeconds, METRICS.starvation];

/** Everything of a run that training determines: hash, all series but the clock, the last mask. */
async function outcomeOf(lab: Lab, id: string): Promise<unknown> {
  const { item } = await lab.getRun(id);
  const metrics = (await lab.listMetrics(id)).map(({ metric }) => metric).filter((metric) => !CLOCKS.includes(metric));
  const series = await Promise.all(
    metrics.map(async (metric): Promise<Series> => (await lab.readSeries({ runIds: [id], metric }))[0]),
  );
  const { steps } = await lab.maskTimeline(id);
  const masks = await Promise.all(
    [0, 1, steps.length - 1].map(async (update): Promise<MaskView> => lab.maskView(id, 0, update)),
  );
  const { weightsHash, best, final, rs, updates, epochs } = item;
  return {
    summary: { weightsHash, best, final, rs, updates, epochs, steps: item.steps },
    series: series.map(({ metric, steps, values }) => ({ metric, steps, values })),
    steps,
    masks: masks.map((view) => ({ ...view, runId: '' })),
  };
}

/** Trainers that can be lost as the window's process can; they compute on the processor, whose threads end cleanly. */
async function losableCard({ kernelsFolder, workers }: LabEnvironment): Promise<GpuHost & { lose(id: string): void }> {
  const kernels = await loadCpuKernels(kernelsFolder);
  const losses = new Map<string, () => void>();
  return {
    lose: (id) => losses.get(id)?.(),
    describe: () => Promise.resolve({ available: false, reason: 'it is not asked for' }),
    startTrainer(start, listeners) {
      const { kernel, batch, training } = workers;
      const urls = { kernelWorkerUrl: kernel.href, batchWorkerUrl: batch.href };
      const thread = startTrainerThread(training, { start, engine: 'cpu', kernels, ...urls }, listeners);
      losses.set(start.runId, () => {
        const message = 'The graphics process was lost: for a test';
        listeners.onEvent({ type: 'failed', message, detail: message, lostDevice: true });
        thread.terminate();
      });
      return thread;
    },
  };
}

describe('recovery', { timeout: 120_000 }, () => {
  it('after kill -9, a run is interrupted, resumes and ends bit for bit as if nothing had happened', async () => {
    const folder = temporaryFolder();
    const script = fileURLToPath(new URL('../support/lab-process.ts', import.meta.url));
    // Killed at whatever moment, but before this step, where it would stand.
    const child = spawn(process.execPath, [...THREADED_NODE, script, folder, JSON.stringify(long)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...standingProcess(1500) },
    });
    let reached = { steps: 0, checkpointEpoch: null as number | null };
    for await (const line of createInterface({ input: child.stdout })) {
      reached = JSON.parse(line) as typeof reached;
      if ((reached.checkpointEpoch ?? 0) >= 14) break;
    }
    child.kill('SIGKILL');
    await once(child, 'close');

    const check = new Database(databaseFile(folder), { readonly: true });
    expect(check.pragma('integrity_check', { simple: true })).toBe('ok');
    check.close();

    const lab = await openTestLab(folder);
    const [killed] = await lab.listRuns();
    expect(killed.status).toBe('interrupted');
    expect(killed.steps).toBeGreaterThan(0);
    expect(killed.steps).toBeLessThanOrEqual(1500);
    await lab.resumeRun(killed.id);
    const [reference] = await lab.launchRuns([long], null);
    const [resumed] = await lab.waitForEnd([killed.id, reference.id]);
    expect(resumed.status).toBe('finished');
    expect((await lab.readLog(killed.id)).some(({ text }) => text.includes('Resumed at step'))).toBe(true);
    expect(await outcomeOf(lab, killed.id)).toEqual(await outcomeOf(lab, reference.id));
  });

  it('a run suspended by closing resumes where it was, not at its last checkpoint', async () => {
    const folder = temporaryFolder();
    const configuration: ConfigurationInput = { ...long, epochs: 6, checkpointEvery: 0 };
    const first = await createLab(testEnvironment(folder, standingAt(100)));
    const [{ id }] = await first.launchRuns([configuration], null);
    await untilUpdated(first, id, 100);
    await first.close();

    const lab = await openTestLab(folder);
    const { item } = await lab.getRun(id);
    expect(item.status).toBe('interrupted');
    expect(item.steps).toBe(100);
    await lab.resumeRun(id);
    const [reference] = await lab.launchRuns([configuration], null);
    await lab.waitForEnd([id, reference.id]);
    expect(await outcomeOf(lab, id)).toEqual(await outcomeOf(lab, reference.id));
  });

  it('a run interrupted before its first checkpoint starts anew', async () => {
    const folder = temporaryFolder();
    const first = await createLab(testEnvironment(folder, standingAt(50)));
    const [{ id }] = await first.launchRuns([{ ...long, epochs: 6, checkpointEvery: 0 }], null);
    await untilUpdated(first, id, 50);
    await first.close({ graceful: false });

    const lab = await openTestLab(folder);
    expect(await statusOf(lab, id)).toBe('interrupted');
    await lab.resumeRun(id);
    const [reference] = await lab.launchRuns([{ ...long, epochs: 6, checkpointEvery: 0 }], null);
    await lab.waitForEnd([id, reference.id]);
    expect(await outcomeOf(lab, id)).toEqual(await outcomeOf(lab, reference.id));
  });

  it('a run that failed when it went on resumes, once the reason is gone, from its checkpoint', async () => {
    const folder = temporaryFolder();
    const configuration: ConfigurationInput = { ...long, epochs: 6, checkpointEvery: 0 };
    const first = await createLab(testEnvironment(folder, standingAt(100)));
    const [{ id }] = await first.launchRuns([configuration], null);
    await untilUpdated(first, id, 100);
    await first.close();

    const without = await createLab(testEnvironment(folder, { kernelsFolder: join(folder, 'no-kernels') }));
    await without.resumeRun(id);
    const [failed] = await without.waitForEnd([id]);
    expect(failed).toMatchObject({ status: 'failed', checkpointEpoch: expect.any(Number) as number });
    expect(isResumable(failed)).toBe(true);
    await without.close();

    const lab = await openTestLab(folder);
    const before = (await lab.getRun(id)).item.steps;
    expect(before).toBe(100);
    await lab.resumeRun(id);
    expect((await lab.getRun(id)).item.failure).toBeNull();
    const [reference] = await lab.launchRuns([configuration], null);
    await lab.waitForEnd([id, reference.id]);
    expect((await lab.readLog(id)).map(({ text }) => text).join()).toMatch(/Resumed at step 100 /);
    expect(await outcomeOf(lab, id)).toEqual(await outcomeOf(lab, reference.id));
  });

  it('a run that failed before its first checkpoint has nothing to resume', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder, { kernelsFolder: join(folder, 'no-kernels') });
    const [{ id }] = await lab.launchRuns([tiny], null);
    const [failed] = await lab.waitForEnd([id]);
    expect(isResumable(failed)).toBe(false);
    await expect(lab.resumeRun(id)).rejects.toThrow('failed before its first checkpoint');
  });

  it('a run whose graphics device is lost in a pause, or while the lab closes, is interrupted', async () => {
    const folder = temporaryFolder();
    const card = await losableCard(testEnvironment(folder, standingAt(25)));
    const lab = await createLab(testEnvironment(folder, { gpu: card }));
    await lab.changeSettings({ concurrency: 2 });
    const configuration: ConfigurationInput = { ...long, engine: 'webgpu', checkpointEvery: 0 };
    const [paused, running] = await lab.launchRuns([configuration, { ...configuration, seed: 2 }], null);
    for (const { id } of [paused, running]) await waitUntil(async () => (await lab.getRun(id)).item.updates === 1);
    await lab.pauseRun(paused.id);
    card.lose(paused.id);
    const [ended] = await lab.waitForEnd([paused.id]);
    expect(ended.status).toBe('interrupted');
    const closing = lab.close();
    card.lose(running.id);
    await closing;

    const again = await openTestLab(folder, { gpu: await losableCard(testEnvironment(folder)) });
    expect(await statusOf(again, paused.id)).toBe('interrupted');
    expect(await statusOf(again, running.id)).toBe('interrupted');
    expect((await again.getRun(paused.id)).item.steps).toBeGreaterThan(0);
    await again.resumeRun(paused.id);
    await waitForSteps(again, paused.id, ended.steps + 1);
  });

  it('a second Espalier is refused by name, and readers come in beside', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder);
    const [{ id }] = await lab.launchRuns([{ ...tiny, epochs: 100_000 }], null);
    await waitForSteps(lab, id);
    await expect(createLab(testEnvironment(folder))).rejects.toThrow('Another Espalier has the data folder');
    const reader = await openTestLab(folder, { access: 'read' });
    expect(await statusOf(reader, id)).toBe('running');
    await expect(reader.cancelRun(id)).rejects.toThrow('opened for reading only');
    await lab.close({ graceful: false });
    const later = await openTestLab(folder, { access: 'read' });
    expect(await statusOf(later, id)).toBe('interrupted');
  });
});
