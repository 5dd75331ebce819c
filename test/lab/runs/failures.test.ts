import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  endless,
  openTestLab,
  statusOf,
  temporaryFolder,
  testEnvironment,
  tiny,
  waitForSteps,
} from '../support/lab.ts';

const misbehaving = new URL('../support/misbehaving.worker.ts', import.meta.url);

describe('a run that fails', { timeout: 90_000 }, () => {
  it.each([
    ['throws at once', /the reason of the throw/],
    ['throws later', /a later reason/],
    ['rejects unheard', /an unheard reason/],
    ['exits without a word', /ended without a result \(exit code 3\)/],
    ['ends without a word', /ended without a result \(exit code 0\)/],
    ['fills its heap', /ran out of memory/],
    ['says it failed', /the trainer’s own reason/],
    ['writes nonsense', /could not be recorded/],
    ['loses its last points', /could not be recorded/],
  ])('because it %s has a clear reason and harms no other', async (name, reason) => {
    const folder = temporaryFolder();
    const { workers } = testEnvironment(folder);
    const logFile = join(folder, 'espalier.log');
    const lab = await openTestLab(folder, { workers: { ...workers, training: misbehaving }, logFile });
    await lab.changeSettings({ concurrency: 2 });
    const [healthy, failing, next] = await lab.launchRuns([endless, { ...tiny, name }, tiny], null);
    const [failed, after] = await lab.waitForEnd([failing.id, next.id]);
    expect(failed.status).toBe('failed');
    expect(failed.failure).toMatch(reason);
    expect(after.status).toBe('finished');

    await waitForSteps(lab, healthy.id);
    const before = (await lab.getRun(healthy.id)).item.steps;
    await waitForSteps(lab, healthy.id, before + 20);
    expect(await statusOf(lab, healthy.id)).toBe('running');
    if (name !== 'writes nonsense') expect((await lab.readLog(failing.id)).at(-1)?.text).toMatch(reason);
    await lab.close();
    expect(readFileSync(logFile, 'utf8')).toContain(`Run ${failing.id} failed: `);
  });

  it('or is cancelled stays cancelled where the lab closes before that is done', async () => {
    const folder = temporaryFolder();
    const { workers } = testEnvironment(folder);
    const lab = await openTestLab(folder, { workers: { ...workers, training: misbehaving } });
    const [{ id }] = await lab.launchRuns([{ ...endless, name: 'takes its time to cancel' }], null);
    await waitForSteps(lab, id);
    const cancelled = lab.cancelRun(id);
    await lab.close();
    await cancelled;
    expect(await statusOf(await openTestLab(folder), id)).toBe('cancelled');
  });

  it('because the store’s thread is gone ends, and the lab still answers', async () => {
    const folder = temporaryFolder();
    const { workers } = testEnvironment(folder);
    const dying = new URL('../support/dying-store.worker.ts', import.meta.url);
    const lab = await openTestLab(folder, { workers: { ...workers, store: dying } });
    const [{ id }] = await lab.launchRuns([endless], null);
    const [failed] = await lab.waitForEnd([id]);
    expect(failed.status).toBe('failed');
    expect(failed.failure).toMatch(/could not be recorded: The store/);
    await expect(lab.readLog(id)).rejects.toMatchObject({ kind: 'gone' });
    // What cannot be stored is not shown either.
    await expect(lab.renameRun(id, 'another')).rejects.toMatchObject({ kind: 'gone' });
    await expect(lab.trashRuns([id])).rejects.toMatchObject({ kind: 'gone' });
    expect(await lab.listRuns()).toMatchObject([{ id, name: failed.name, trashedAt: null }]);
    await lab.close();

    const again = await openTestLab(folder);
    expect(await statusOf(again, id)).toBe('interrupted');
  });

  it('for want of kernels says how to build them', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder, { kernelsFolder: join(folder, 'no-kernels') });
    const [{ id }] = await lab.launchRuns([tiny], null);
    const [failed] = await lab.waitForEnd([id]);
    expect(failed).toMatchObject({ status: 'failed', failure: expect.stringContaining('npm run kernels') as string });
    expect((await lab.diagnostics()).engines[0]).toMatchObject({ id: 'cpu', available: false });
  });
});
