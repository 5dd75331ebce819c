import { expect, it } from 'vitest';
import { openDatabase } from '../../src-main/store/database.ts';
import { inOneTransaction } from '../../src-main/store/shared-transaction.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

it('writes share a commit; one that fails takes no other along', () => {
  const folder = temporaryFolder();
  const database = openDatabase({ folder, access: 'write' });
  const reader = openDatabase({ folder, access: 'read' });
  const add = database.prepare('INSERT INTO metrics (name) VALUES (?)');
  const seen = reader.prepare<[], number>('SELECT count(*) FROM metrics').pluck();
  const calls = ['a', 'b', 'c'].map((name) => () => add.run(name));

  const during: unknown[] = [];
  let forgotten = 0;
  const forget = () => void forgotten++;
  expect(inOneTransaction(database, [...calls, () => during.push(seen.get())], forget)).toHaveLength(4);
  expect([during, seen.get(), forgotten]).toEqual([[0], 3, 0]);

  const mixed = [() => add.run('d'), () => add.run('a'), () => add.run('e')];
  expect(inOneTransaction(database, mixed, forget)).toMatchObject([
    { ok: true },
    { ok: false, error: { code: 'SQLITE_CONSTRAINT_UNIQUE' } },
    { ok: true },
  ]);
  expect(seen.get()).toBe(5);
  expect(forgotten).toBeGreaterThan(0);
  reader.close();
  database.close();
});

it('what was undone is not remembered: a new metric whose first batch failed keeps its name', async () => {
  const store = await openTestStore();
  await store.write.createRuns([newRun('aaaa')]);
  const append = (metric: string, step: number): Promise<void> =>
    store.write.appendBatches([{ runId: 'aaaa', points: [{ metric, step, value: step }], lines: [] }]);
  const outcomes = await Promise.allSettled([append('loss', 1), append('spurious', 0.5), append('accuracy', 2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await append('spurious', 3);
  expect((await store.read.metrics('aaaa')).map(({ metric, last }) => [metric, last])).toEqual([
    ['accuracy', 2],
    ['loss', 1],
    ['spurious', 3],
  ]);
});
