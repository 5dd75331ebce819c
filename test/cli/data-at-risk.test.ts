import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src-main/contract/index.ts';
import { HELD, HOLDING, heldProcess } from '../support/held-store.ts';
import { STANDING, standingProcess } from '../support/standing.ts';
import { putMnist } from '../support/prepared-mnist.ts';
import { espalier, startEspalier, temporaryFolder, type Finished } from './support/command-line.ts';

const RUN = [
  'run',
  '--set',
  'network=mlp-8',
  'method=set',
  'updateEvery=1',
  'stopFraction=1',
  'threads=1',
  'epochs=40',
];

/** Settles once the process has said this on standard error. */
function heard(stderr: Readable | null, text: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    stderr?.on('data', (chunk) => {
      said += String(chunk);
      if (said.includes(text)) resolve();
    });
  });
}

async function runsIn(data: string): Promise<RunSummary[]> {
  const { stdout } = await espalier('list', '--json', '--data', data);
  return JSON.parse(stdout) as RunSummary[];
}

describe('a data folder that goes away while its run stands at a step', { timeout: 300_000 }, () => {
  /** A short run that stands at step 30 when its folder goes away. */
  async function without(take: (folder: string) => void): Promise<Finished & { folder: string }> {
    const folder = putMnist(join(temporaryFolder(), 'data'));
    const { child, finished } = startEspalier(
      [...RUN, 'epochs=2', 'checkpointEvery=1', '--data', folder],
      standingProcess(30),
    );
    await heard(child.stderr, `${STANDING} 30.`);
    take(folder);
    return { ...(await finished), folder };
  }

  it('is named with what to do and what is lost; nothing is made at its old path, and the run goes on at the new one', async () => {
    const moved = join(temporaryFolder(), 'moved');
    const { code, stderr, folder } = await without((from) => renameSync(from, moved));
    expect(stderr).toMatch(/failed: The data folder .*data was moved or removed while it was in use\. Put it back/);
    expect(stderr).toMatch(/not stored, and lost, are .* of run \w+\. What was stored before is in the folder/);
    expect(code).toBe(1);
    expect(existsSync(folder)).toBe(false);

    const [{ id, status }] = await runsIn(moved);
    expect(status).toBe('interrupted');
    const resumed = await espalier('resume', id, '--data', moved);
    expect(resumed).toMatchObject({ code: 0 });
    expect(await runsIn(moved)).toMatchObject([{ id, status: 'finished' }]);
  });

  it('and is replaced by an empty one leaves that empty', async () => {
    const moved = join(temporaryFolder(), 'moved');
    const { code, stderr, folder } = await without((from) => {
      renameSync(from, moved);
      mkdirSync(from);
    });
    expect(stderr).toContain('Put it back');
    expect(code).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('for ever is called removed', async () => {
    const { code, stderr, folder } = await without((from) => rmSync(from, { recursive: true }));
    expect(stderr).toMatch(/failed: The data folder .* was removed while it was in use, with all that it held/);
    expect(code).toBe(1);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a command that is to end while its store is behind', { timeout: 300_000 }, () => {
  /** A run whose store stands, told to end, once it has said what is not stored. */
  async function ending() {
    const folder = putMnist(join(temporaryFolder(), 'data'));
    writeFileSync(join(folder, HELD), '');
    const { child, finished } = startEspalier([...RUN, '--data', folder], heldProcess());
    const isBehind = heard(child.stderr, 'Storing what is left: ');
    await heard(child.stderr, HOLDING);
    child.kill('SIGTERM');
    await isBehind;
    return { folder, child, finished };
  }

  it('says how much is left, stores it, and loses nothing', async () => {
    const { folder, finished } = await ending();
    rmSync(join(folder, HELD));
    const { code, stderr } = await finished;
    expect(stderr).toMatch(/Storing what is left: [\d,]+ messages \([\d.]+ [KM]iB\) of 1 run\./);
    expect(stderr).not.toContain('lost');
    expect(code).toBe(1);
    const [{ status, steps, updates }] = await runsIn(folder);
    expect(status).toBe('interrupted');
    expect(updates).toBe(steps);
    expect(updates).toBeGreaterThan(0);
  });

  it('says what is lost where it is told so again', async () => {
    const { child, finished } = await ending();
    child.kill('SIGTERM');
    const { code, stderr } = await finished;
    expect(stderr).toMatch(
      /Ended at once; not stored, and lost, are [\d,]+ messages \(.*\) of 1 run\. The runs can be/,
    );
    expect(code).toBe(1);
  });
});
