import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { OwnMethod } from '../../src-main/contract/index.ts';
import { describeMethod } from '../../src-main/lab/methods/describe-method.ts';
import { loadMethod } from '../../src-main/own-methods/load-method.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { methodFile } from '../own-methods/support.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

const ownMethod = (code = methodFile()): OwnMethod => ({
  source: { file: 'mine.js', code, sha256: createHash('sha256').update(code).digest('hex') },
  description: describeMethod(loadMethod({ file: 'mine.js', code })),
});

/** A closed folder with a run of a method of a person's own, and one without. */
async function written(): Promise<string> {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.write.createRuns([newRun('mine', { ownMethod: ownMethod() }), newRun('rigl')]);
  await store.close();
  return folder;
}

function execute(folder: string, sql: string): void {
  const database = new Database(databaseFile(folder));
  database.exec(sql);
  database.close();
}

it('a run keeps the file of its method, and what the method says of itself', async () => {
  const store = await openTestStore(await written(), 'read');
  const runs = await store.read.runs();
  expect(runs.map(({ id, ownMethod: own }) => [id, own])).toEqual([
    ['mine', ownMethod()],
    ['rigl', null],
  ]);
  expect((await store.read.verifyRun('mine')).damage).toEqual([]);
});

it('a change that is accepted is stored, checksums included', async () => {
  const folder = await written();
  const store = await openTestStore(folder);
  const changed = ownMethod(methodFile({ grow: 'growLargestGradients', needsDenseGradient: true }));
  await store.write.changeRunMethod('mine', changed);
  expect((await store.read.runs())[0].ownMethod).toEqual(changed);
  expect((await store.read.verifyRun('mine')).damage).toEqual([]);
});

it.each([
  ['its code is changed', `UPDATE run_methods SET code = replace(code, 'growRandom', 'growUnfired')`],
  ['its name is changed', `UPDATE run_methods SET file = 'other.js'`],
  ['what it says of itself is changed', `UPDATE run_methods SET description = replace(description, 'Mine', 'Fine')`],
  ['it is gone', 'DELETE FROM run_methods'],
])('doctor --verify finds that %s', async (_, sql) => {
  const folder = await written();
  execute(folder, sql);
  const store = await openTestStore(folder, 'read');
  const { damage } = await store.read.verifyRun('mine');
  expect(damage.map(({ part }) => part)).toEqual(['run']);
  expect((await store.read.verifyRun('rigl')).damage).toEqual([]);
});

it('a folder of before there were any opens, its checksums hold, and new runs keep theirs', async () => {
  const folder = temporaryFolder();
  const before = await openTestStore(folder);
  await before.write.createRuns([newRun('older')]);
  await before.close();
  // Data version 120 made the table.
  execute(folder, 'DROP TABLE run_methods; PRAGMA user_version = 119');
  const store = await openTestStore(folder);
  expect((await store.read.runs())[0].ownMethod).toBeNull();
  expect((await store.read.verifyRun('older')).damage).toEqual([]);
  await store.write.createRuns([newRun('mine', { ownMethod: ownMethod() })]);
  expect((await store.read.runs()).map(({ ownMethod: own }) => own?.source.file ?? null)).toEqual([null, 'mine.js']);
});
