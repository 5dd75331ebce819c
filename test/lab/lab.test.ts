import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabEvents, SeriesPoint } from '../../src-main/contract/index.ts';
import { dataFolder } from '../../src-main/lab/data-folder.ts';
import { toCsv, type ExportedRun } from '../../src-main/lab/runs/export.ts';
import { newRunIds } from '../../src-main/lab/runs/naming.ts';
import { endless, openTestLab, statusOf, temporaryFolder, tiny, waitForSteps } from './support/lab.ts';

describe('a configuration', () => {
  it('is checked before anything is queued, each issue by run and field', async () => {
    const lab = await openTestLab();
    await expect(lab.launchRuns([tiny, { ...tiny, sparsity: 2, dataset: 'nowhere' }], null)).rejects.toMatchObject({
      name: 'InvalidConfigurationError',
      issues: [{ field: 'runs.1.sparsity', message: expect.stringContaining('at most') as string }],
    });
    await expect(lab.launchRuns([{ ...tiny, dataset: 'nowhere' }], null)).rejects.toThrow(
      /^dataset: there is no dataset "nowhere"; the datasets are mnist/,
    );
    expect(await lab.listRuns()).toEqual([]);
  });

  it('gets its plan and warnings', async () => {
    const lab = await openTestLab();
    const report = await lab.checkConfiguration({ ...tiny, updateEvery: 100_000 });
    expect(report.issues).toEqual([]);
    expect(report.warnings.map(({ field }) => field)).toContain('updateEvery');
    expect(report.plan).toMatchObject({ prunableWeights: 784 * 24 + 24 * 10, updates: 0 });
    expect(report.configuration?.stopFraction).toBe(0.75);
    const busy = { ...tiny, epochs: 100_000, updateEvery: 1, stopFraction: 1 };
    expect((await lab.checkConfiguration(busy)).issues).toEqual([
      { field: 'updateEvery', message: expect.stringMatching(/^would update the masks [\d,]+ times/) as string },
    ]);
    await expect(lab.forecastRun(busy, null)).rejects.toThrow('would update the masks');
    expect((await lab.checkConfiguration(endless)).issues).toEqual([]);
    expect((await lab.checkConfiguration({ ...busy, method: 'dense' })).issues).toEqual([]);
    expect(await lab.checkConfiguration({ network: 'resnet' })).toMatchObject({
      plan: null,
      issues: [{ field: 'network' }],
    });
  });
});

describe('a run in the lab', () => {
  it('is told of as it happens, and what was told can be read', async () => {
    const lab = await openTestLab();
    const points: SeriesPoint[] = [];
    const updates: number[] = [];
    const lines: string[] = [];
    lab.on('points-appended', (batches) => points.push(...batches.flatMap((batch) => batch.points)));
    lab.on('mask-updated', ({ update }) => updates.push(update));
    lab.on('log-appended', ({ lines: added }) => lines.push(...added.map(({ text }) => text)));
    const statuses: LabEvents['runs-changed'][0]['status'][] = [];
    lab.on('runs-changed', (runs) => statuses.push(...runs.map((run) => run.status)));

    const [{ id }] = await lab.launchRuns([tiny], null);
    const [ended] = await lab.waitForEnd([id]);
    await lab.maskTimeline(id);
    expect([...new Set(statuses)]).toEqual(['queued', 'running', 'finished']);
    expect(updates).toEqual(Array.from({ length: ended.updates + 1 }, (_, update) => update));
    expect(lines).toEqual((await lab.readLog(id)).map(({ text }) => text));

    const losses = points.filter(({ metric }) => metric === 'train/loss');
    const [series] = await lab.readSeries({ runIds: [id], metric: 'train/loss' });
    expect([...series.values]).toEqual(losses.map(({ value }) => value));
    const timeline = await lab.maskTimeline(id);
    expect(timeline.layers.map(({ outputs, inputs }) => [outputs, inputs])).toEqual([
      [24, 784],
      [10, 24],
    ]);
    const view = await lab.maskView(id, 0, ended.updates);
    expect(view.inputShape).toEqual([28, 28, 1]);
    const { layers } = (await lab.getRun(id)).plan;
    expect(view.counts.kept + view.counts.born + view.counts.revived).toBe(layers[0].activeWeights);
    expect(view.inputDegrees.reduce((sum, degree) => sum + degree, 0)).toBe(layers[0].activeWeights);
  });

  it('comes out the same twice and on two threads, and differently for another seed', async () => {
    const lab = await openTestLab();
    const runs = await lab.launchRuns([tiny, tiny, { ...tiny, threads: 2 }, { ...tiny, seed: 2 }], null);
    const ended = await lab.waitForEnd(runs.map(({ id }) => id));
    const [first, second, threaded, other] = ended.map((run) => run.weightsHash);
    expect(second).toBe(first);
    expect(threaded).toBe(first);
    expect(other).not.toBe(first);
  });

  it('can be renamed, thrown away and brought back, but not while it trains', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder);
    const removed: string[][] = [];
    lab.on('runs-removed', (ids) => removed.push(ids));
    const [{ id }] = await lab.launchRuns([endless], null);
    await waitForSteps(lab, id);
    await expect(lab.trashRuns([id])).rejects.toThrow('cancel it before you delete it');
    await lab.renameRun(id, '  mine ');
    await lab.cancelRun(id);
    await lab.trashRuns([id]);
    expect(removed).toEqual([[id]]);
    expect(await lab.listRuns()).toEqual([]);
    await lab.close();

    const again = await openTestLab(folder);
    expect(await again.listRuns()).toEqual([]);
    expect(await again.listTrash()).toMatchObject([{ id, name: 'mine', trashedAt: expect.any(Number) as number }]);
    await expect(again.resumeRun(id)).rejects.toThrow('is in the trash: restore it before you resume it');
    await again.restoreRuns([id]);
    expect(await again.listTrash()).toEqual([]);
    expect(await again.listRuns()).toMatchObject([{ name: 'mine', trashedAt: null }]);
    await again.renameRun(id, '');
    expect((await again.getRun(id)).item.name).toBe(
      'RigL 90% · mlp-24 · updateEvery 10, stopFraction 0.01, epochs 100000, batchSize 128, threads 1, ' +
        'checkpointEvery 100000 · seed 1',
    );
    const [next] = await again.launchRuns([tiny], null);
    expect(next.colour).toBe(1);
    expect(await statusOf(again, next.id)).toBe('running');
  });
});

describe('settings', () => {
  it('are kept, and start from their defaults', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder);
    expect(await lab.getSettings()).toEqual({ theme: 'system', concurrency: 1 });
    await lab.changeSettings({ theme: 'dark' });
    await lab.close();
    const again = await openTestLab(folder);
    expect(await again.getSettings()).toEqual({ theme: 'dark', concurrency: 1 });
  });
});

describe('exports', () => {
  it('quote what a comma-separated file needs quoted and disarm formulas', async () => {
    const lab = await openTestLab();
    const name = '=HYPERLINK("x"),\n"quoted"';
    const [{ id }] = await lab.launchRuns([{ ...tiny, epochs: 1, name }], null);
    await lab.waitForEnd([id]);
    const csv = await lab.exportRuns([id], 'csv');
    const [header] = csv.split('\r\n');
    expect(header.split(',')).toEqual(expect.arrayContaining(['id', 'name', 'testAccuracy', 'rs', 'learningRate']));
    expect(csv).toContain(`${id},"'=HYPERLINK(""x""),\\n""quoted""",finished,rigl,mnist,mlp-24,cpu,1,1,0.9,`);
    expect(csv.endsWith('\r\n')).toBe(true);

    const [document] = JSON.parse(await lab.exportRuns([id], 'json')) as Record<string, unknown>[];
    expect(document).toMatchObject({ id, name, status: 'finished', configuration: { epochs: 1, learningRate: 0.05 } });
    const { item, configuration } = await lab.getRun(id);
    const diverged: ExportedRun = {
      item: { ...item, final: { testAccuracy: 0.1, testLoss: Number.NaN } },
      configuration,
    };
    expect(toCsv([diverged])).toContain(',0.1,NaN,');
  });
});

describe('run identifiers', () => {
  it('differ, sort by time and then by index, and are what the contract takes', () => {
    const early = newRunIds(40, 1_700_000_000_000);
    const late = newRunIds(2, 1_700_000_000_001);
    expect(new Set([...early, ...late]).size).toBe(42);
    expect([...late, ...early].sort()).toEqual([...early, ...late]);
    for (const id of early) expect(id).toMatch(/^[0-9a-z]{4,40}$/);
  });
});

describe('the data folder', () => {
  it('is the one named, else ESPALIER_DATA, else the folder for application data', () => {
    expect(dataFolder('/named', { ESPALIER_DATA: '/other' })).toBe('/named');
    expect(dataFolder(undefined, { ESPALIER_DATA: '/other' })).toBe('/other');
    if (process.platform !== 'linux') return;
    expect(dataFolder(undefined, { XDG_DATA_HOME: '/xdg' })).toBe('/xdg/Espalier');
    expect(dataFolder(undefined, {})).toBe(join(homedir(), '.local/share/Espalier'));
  });
});
