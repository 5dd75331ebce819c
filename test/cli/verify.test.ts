import Database from 'better-sqlite3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseFile } from '../../src-main/store/database.ts';
import { newRun, openTestStore } from '../store/support/store.ts';
import { espalier, temporaryFolder } from './support/command-line.ts';

async function folderWithRuns(): Promise<string> {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.write.createRuns([newRun('aaaa'), newRun('bbbb')]);
  for (const runId of ['aaaa', 'bbbb']) {
    const points = Array.from({ length: 200 }, (_, step) => ({ metric: 'train/loss', step, value: step }));
    await store.write.appendBatches([{ runId, points, lines: [{ at: 1, level: 'info', text: 'written' }] }]);
  }
  await store.close();
  return folder;
}

function execute(folder: string, sql: string): void {
  const database = new Database(databaseFile(folder));
  database.exec(sql);
  database.close();
}

describe('doctor --verify', () => {
  it('opens a folder of which a run, a study or a setting cannot be read, and names them; other commands refuse it', async () => {
    const data = await folderWithRuns();
    execute(
      data,
      `UPDATE runs SET plan = '{' WHERE id = 'aaaa';
       INSERT INTO studies (id, name, definition, created_at) VALUES ('ssss', 's', '{', 1);
       INSERT INTO settings VALUES ('theme', '{'), ('concurrency', '3')`,
    );
    const { code, stdout } = await espalier('doctor', '--verify', '--data', data);
    expect(stdout).toMatch(/runs: What is stored of run aaaa cannot be read: /);
    expect(stdout).toMatch(/studies: What is stored of study ssss cannot be read: /);
    expect(stdout).toMatch(/settings: the setting theme cannot be read/);
    expect(stdout).toContain('Run bbbb (Run bbbb): no damage found.');
    expect(code).toBe(1);
    expect(await espalier('list', '--data', data)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('run aaaa cannot be read') as string,
    });
  });

  it('finds no damage in what was stored, and says by name what is damaged, what is good and what to do', async () => {
    const data = await folderWithRuns();
    const sound = await espalier('doctor', '--verify', '--data', data);
    expect(sound.stdout).toBe(
      'Data folder: no damage found.\nRun aaaa (Run aaaa): no damage found.\nRun bbbb (Run bbbb): no damage found.\n' +
        '2 runs verified; 0 damaged.\n',
    );
    expect([sound.code, sound.stderr]).toEqual([0, '']);

    execute(data, `DELETE FROM points WHERE run = 2 AND step = 70`);
    const damaged = await espalier('doctor', '--verify', '--data', data);
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toContain(`Run bbbb (Run bbbb): DAMAGED.
  series: train/loss: it has 199 points where 200 points were stored at steps 64 to 127
  Still good: its settings and results, its masks, the records of its mask updates, its log, its checkpoints.
  What to do: It cannot be resumed. Take the data folder from a backup, or train the run again`);
    expect(damaged.stdout).toMatch(/\n2 runs verified; 1 damaged\.\n$/);
    expect((await espalier('doctor', '--verify', 'aaaa', '--data', data)).code).toBe(0);

    const json = await espalier('doctor', '--verify', 'bbbb', '--json', '--data', data);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      damaged: true,
      folder: { damage: [], unchecked: [] },
      runs: [
        {
          runId: 'bbbb',
          name: 'Run bbbb',
          damage: [{ part: 'series' }],
          sound: ['run', 'masks', 'records', 'log', 'checkpoints'],
        },
      ],
      datasets: [],
    });
  });

  it('never calls sound what has no checksum, and reads the copies of datasets', async () => {
    const data = await folderWithRuns();
    execute(data, 'DELETE FROM checksums');
    const { code, stdout } = await espalier('doctor', '--verify', 'aaaa', '--data', data);
    expect(code).toBe(0);
    expect(stdout).toContain('Run aaaa (Run aaaa): no damage found in what has checksums.');
    expect(stdout).toContain('  not checked, log: what was stored before data version 110 has no checksum');
    expect(stdout).toContain('1 run verified; 0 damaged; 1 stored in part before there were checksums.');

    mkdirSync(join(data, 'datasets'));
    writeFileSync(join(data, 'datasets', 'flowers.espdata'), 'ESPDATA');
    const whole = await espalier('doctor', '--verify', '--data', data);
    expect(whole.code).toBe(1);
    expect(whole.stdout).toMatch(
      /\nDataset flowers: DAMAGED\. .*flowers\.espdata: it ends too early\. Import what it came from again\.\n/,
    );
  });
});
