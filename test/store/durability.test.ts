import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseFile, openDatabase } from '../../src-main/store/database.ts';
import { lockFolder } from '../../src-main/store/folder-lock.ts';
import { latestVersion, migrate, migrations } from '../../src-main/store/migrations/index.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

const position = { step: 10, epoch: 1, seconds: 3, updates: 2, rs: 0.1, best: { validationAccuracy: 0.5, epoch: 1 } };

describe('migrations', () => {
  it('bring an old database up to date, put a copy of it aside and keep its runs', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    await store.close();

    const next = [...migrations, { version: latestVersion() + 10, sql: 'ALTER TABLE runs ADD COLUMN note TEXT' }];
    const database = openDatabase({ folder, access: 'write', migrations: next });
    expect(database.prepare('SELECT id, note FROM runs').all()).toEqual([{ id: 'aaaa', note: null }]);
    expect(database.pragma('user_version', { simple: true })).toBe(latestVersion(next));
    database.close();

    const aside = readdirSync(folder).filter((name) => name.includes(`version-${latestVersion()}`));
    expect(aside).toHaveLength(1);
    const kept = new Database(join(folder, aside[0]), { readonly: true });
    expect(kept.pragma('user_version', { simple: true })).toBe(latestVersion());
    kept.close();
  });

  it('put a whole copy aside, also beside half of one that was left by a full disk', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    await store.close();
    writeFileSync(join(folder, `espalier.version-${latestVersion()}.db`), 'half a file');

    const next = [...migrations, { version: latestVersion() + 10, sql: 'ALTER TABLE runs ADD COLUMN note TEXT' }];
    openDatabase({ folder, access: 'write', migrations: next }).close();
    const asides = readdirSync(folder).filter((name) => name.includes('.version-') && !name.endsWith('-journal'));
    expect(asides).toHaveLength(2);
    const [whole] = asides.filter((name) => !readFileSync(join(folder, name), 'utf8').startsWith('half'));
    const kept = new Database(join(folder, whole), { readonly: true });
    expect(kept.prepare('SELECT id FROM runs').pluck().all()).toEqual(['aaaa']);
    kept.close();
  });

  describe('of a folder that is opened for reading', () => {
    const oldFolder = (): string => {
      const folder = temporaryFolder();
      openDatabase({ folder, access: 'write', migrations: migrations.slice(0, -1) }).close();
      return folder;
    };
    const versionOf = (folder: string): unknown => {
      const database = new Database(databaseFile(folder), { readonly: true });
      onTestFinished(() => void database.close());
      return database.pragma('user_version', { simple: true });
    };

    it('are made where no other Espalier has it open, with a copy put aside', async () => {
      const folder = oldFolder();
      const store = await openTestStore(folder, 'read');
      expect(await store.read.runs()).toEqual([]);
      await expect(store.write.createRuns([newRun('aaaa')])).rejects.toMatchObject({ kind: 'read-only' });
      expect(versionOf(folder)).toBe(latestVersion());
      expect(readdirSync(folder).filter((name) => name.includes('.version-'))).toHaveLength(1);
      // Nobody holds it, and nothing says that somebody went without a word.
      expect(existsSync(join(folder, 'lock.json'))).toBe(false);
      await openTestStore(folder);
    });

    it('wait where another has it open, who may be the old one', async () => {
      const folder = oldFolder();
      const lock = lockFolder(folder, undefined);
      onTestFinished(() => lock.release());
      await expect(openTestStore(folder, 'read')).rejects.toThrow(/written by an older Espalier .* Close it/);
      expect(versionOf(folder)).toBe(migrations.at(-2)?.version);
    });

    it('are refused like any other where the file is damaged, which stays as it is', async () => {
      const folder = temporaryFolder();
      writeFileSync(databaseFile(folder), Buffer.alloc(8192, 'not a database '));
      const before = readFileSync(databaseFile(folder));
      await expect(openTestStore(folder, 'read')).rejects.toMatchObject({ kind: 'damaged' });
      expect(readFileSync(databaseFile(folder)).equals(before)).toBe(true);
      expect(readdirSync(folder)).toEqual(['espalier.db']);
    });
  });

  it('roll back as a whole where one fails', () => {
    const folder = temporaryFolder();
    openDatabase({ folder, access: 'write' }).close();
    const failing = [
      ...migrations,
      { version: latestVersion() + 10, sql: 'CREATE TABLE extra (a)' },
      { version: latestVersion() + 20, sql: 'ALTER TABLE nowhere ADD COLUMN b' },
    ];
    expect(() => openDatabase({ folder, access: 'write', migrations: failing })).toThrow(/nowhere/);
    const database = openDatabase({ folder, access: 'write' });
    expect(database.pragma('user_version', { simple: true })).toBe(latestVersion());
    expect(database.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'extra'`).pluck().get()).toBe(0);
    database.close();
  });

  it('refuse a list whose versions do not rise', () => {
    const database = new Database(':memory:');
    expect(() => migrate(database, [migrations[0], migrations[0]])).toThrow('out of order');
    database.close();
  });

  it('refuse a database from the future and leave it as it is', async () => {
    const folder = temporaryFolder();
    const database = openDatabase({ folder, access: 'write' });
    database.pragma('user_version = 9990');
    database.close();
    const before = readFileSync(databaseFile(folder));
    await expect(openTestStore(folder)).rejects.toMatchObject({
      kind: 'future',
      message: expect.stringContaining('newer Espalier (data version 9990') as string,
    });
    expect(readFileSync(databaseFile(folder)).equals(before)).toBe(true);
  });

  it("refuse another program's database", async () => {
    const folder = temporaryFolder();
    const foreign = new Database(databaseFile(folder));
    foreign.exec('CREATE TABLE invoices (id)');
    foreign.close();
    await expect(openTestStore(folder)).rejects.toThrow('is a database of another program');
  });
});

describe('a damaged database', () => {
  it.each([
    ['that is no database', () => Buffer.alloc(8192, 'not a database ')],
    [
      'with a broken schema page',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 0xff)]),
    ],
  ])('%s is reported with both files named, copied aside once, and not touched', async (_, damage) => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    await store.close();
    const file = databaseFile(folder);
    writeFileSync(file, damage(readFileSync(file)));
    const damaged = readFileSync(file);

    const asides = (): string[] => readdirSync(folder).filter((name) => /damaged-.*\.db$/.test(name));
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await openTestStore(folder).then(
        () => null,
        (reason: unknown) => reason as Error & { kind: string },
      );
      expect(error?.kind).toBe('damaged');
      expect(asides()).toHaveLength(1);
      expect(error?.message).toContain(file);
      expect(error?.message).toContain(join(folder, asides()[0]));
    }
    expect(readFileSync(file).equals(damaged)).toBe(true);
    expect(readFileSync(join(folder, asides()[0])).equals(damaged)).toBe(true);
  });
});

/** The files of a store as a crash would leave them, in a folder of their own. */
function filesAfterCrash(folder: string): string {
  const crashed = temporaryFolder();
  for (const name of ['espalier.db', 'espalier.db-wal', 'lock.json'])
    copyFileSync(join(folder, name), join(crashed, name));
  return crashed;
}

describe('after a crash', () => {
  it('what the journal holds is read', async () => {
    const store = await openTestStore();
    await store.write.createRuns([newRun('aaaa')]);
    const folder = filesAfterCrash(dirname((await store.read.information()).file));
    const again = await openTestStore(folder);
    expect((await again.read.runs()).map(({ id }) => id)).toEqual(['aaaa']);
  });

  it('a damaged database and its journal stay as they are, and are copied aside', async () => {
    const folder = temporaryFolder();
    const first = await openTestStore(folder);
    await first.write.createRuns(Array.from({ length: 200 }, (_, at) => newRun(`run${at}`)));
    await first.close();
    const second = await openTestStore(folder);
    await second.write.changeRuns(['run0'], { name: 'renamed' });
    const crashed = filesAfterCrash(folder);
    const file = databaseFile(crashed);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * 8);
    writeFileSync(file, bytes);
    const journal = readFileSync(`${file}-wal`);
    expect(journal.length).toBeGreaterThan(4096);

    await expect(openTestStore(crashed)).rejects.toMatchObject({ kind: 'damaged' });
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(readFileSync(`${file}-wal`).equals(journal)).toBe(true);
    const [aside] = readdirSync(crashed).filter((name) => /damaged-.*\.db$/.test(name));
    expect(readFileSync(join(crashed, aside)).equals(bytes)).toBe(true);
    expect(readFileSync(join(crashed, `${aside}-wal`)).equals(journal)).toBe(true);
  });
});

describe('the data folder', () => {
  it('has one writer, named to the second; readers come in any time', async () => {
    const folder = temporaryFolder();
    const first = await openTestStore(folder);
    await first.write.createRuns([newRun('aaaa')]);
    await expect(openTestStore(folder)).rejects.toMatchObject({
      kind: 'busy',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    const reader = await openTestStore(folder, 'read');
    expect(await reader.read.runs()).toHaveLength(1);
    expect((await reader.read.information()).ownerAlive).toBe(true);
    await expect(reader.write.createRuns([newRun('bbbb')])).rejects.toMatchObject({ kind: 'read-only' });
    await first.close();
    expect((await reader.read.information()).ownerAlive).toBe(false);
    await reader.close();
    const second = await openTestStore(folder);
    expect(await second.read.runs()).toHaveLength(1);
  });

  it('that does not exist reads as an empty one and is not made', async () => {
    const folder = join(temporaryFolder(), 'nowhere');
    const reader = await openTestStore(folder, 'read');
    expect(await reader.read.runs()).toEqual([]);
    await reader.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('survives the thread being ended in the middle of writing', async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < 5; round++) {
      const store = await openTestStore(folder);
      if (round === 0) await store.write.createRuns([newRun('aaaa')]);
      const points = Array.from({ length: 2000 }, (_, step) => ({ metric: `m${round}`, step, value: step }));
      const lost: Promise<unknown>[] = [];
      for (let batch = 0; batch < 40; batch++) {
        const shifted = points.map((point) => ({ ...point, step: point.step + batch * 2000 }));
        lost.push(store.write.appendBatches([{ runId: 'aaaa', points: shifted, lines: [] }]));
      }
      await lost[0];
      await store.kill();
      const outcomes = await Promise.allSettled(lost);
      const rejected = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(rejected).not.toHaveLength(0);
      for (const { reason } of rejected) expect(reason).toMatchObject({ kind: 'gone' });

      const check = openDatabase({ folder, access: 'write' });
      expect(check.pragma('integrity_check', { simple: true })).toBe('ok');
      const stored = check
        .prepare('SELECT (SELECT count(*) FROM points) AS points, (SELECT sum(count) FROM series_summaries) AS summed')
        .get() as { points: number; summed: number };
      expect(stored.points % 2000).toBe(0);
      expect(stored.points).toBe(stored.summed);
      check.close();
    }
  });
});

/** The name of a checkpoint's file. */
const fileOf = (bytes: number[]): string =>
  `${createHash('sha256').update(Uint8Array.from(bytes)).digest('hex')}.checkpoint`;

describe('checkpoints', () => {
  it('are files named by their content; the last one and the one before it stay until the run is over', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    expect(await store.read.checkpoint('aaaa')).toBeNull();
    for (const step of [5, 10, 20, 20]) {
      await store.write.saveCheckpoint('aaaa', { ...position, step, best: null }, new Uint8Array([4, step]));
    }
    const last = { ...position, step: 20, best: null, bytes: new Uint8Array([4, 20]), unreadable: null };
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual([fileOf([4, 10]), fileOf([4, 20])].sort());
    expect(await store.read.checkpoint('aaaa')).toEqual(last);
    expect((await store.read.runs())[0].checkpointEpoch).toBe(1);
    await store.write.changeRuns(['aaaa'], { status: 'finished' });
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual([fileOf([4, 20])]);
    expect(await store.read.checkpoint('aaaa')).toEqual(last);
  });

  it.each([
    ['is gone', (file: string) => rmSync(file), /is not there/],
    ['is damaged', (file: string) => writeFileSync(file, 'something else'), /is damaged/],
  ])('give the one before where the last %s, and then stand on it', async (_, harm, reason) => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    const save = (step: number): Promise<void> =>
      store.write.saveCheckpoint('aaaa', { ...position, step, epoch: step }, new Uint8Array([step]));
    for (const step of [5, 10]) await save(step);
    harm(join(folder, 'checkpoints', fileOf([10])));
    expect(await store.read.checkpoint('aaaa')).toMatchObject({
      step: 5,
      bytes: new Uint8Array([5]),
      unreadable: expect.stringMatching(reason) as string,
    });
    await store.write.rewind('aaaa', 5);
    expect((await store.read.runs())[0].checkpointEpoch).toBe(5);
    expect((await store.read.checkpoint('aaaa'))?.unreadable).toBeNull();
    // What follows has a readable one before it again.
    await save(15);
    rmSync(join(folder, 'checkpoints', fileOf([15])));
    expect(await store.read.checkpoint('aaaa')).toMatchObject({ step: 5 });
    rmSync(join(folder, 'checkpoints', fileOf([5])));
    await expect(store.read.checkpoint('aaaa')).rejects.toThrow(/is not there\..*cannot be resumed/);
  });

  it('outlive a start with a new database: the old one, put back, finds them', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    await store.write.saveCheckpoint('aaaa', position, new Uint8Array([1, 2, 3]));
    await store.close();
    const elsewhere = join(temporaryFolder(), 'espalier.db');
    renameSync(databaseFile(folder), elsewhere);

    const fresh = await openTestStore(folder);
    expect(await fresh.read.runs()).toEqual([]);
    await fresh.close();
    renameSync(elsewhere, databaseFile(folder));
    const again = await openTestStore(folder);
    expect((await again.read.checkpoint('aaaa'))?.bytes).toEqual(new Uint8Array([1, 2, 3]));
    await again.close();
    expect(await (await openTestStore(folder, 'read')).read.checkpoint('aaaa')).not.toBeNull();
  });

  it('that no run names are kept for a month', async () => {
    const folder = temporaryFolder();
    await (await openTestStore(folder)).close();
    const [checkpoints, name] = [join(folder, 'checkpoints'), `${'0'.repeat(64)}.checkpoint`];
    mkdirSync(checkpoints, { recursive: true });
    writeFileSync(join(checkpoints, name), 'of nobody');
    const aYearAgo = new Date(Date.now() - 365 * 24 * 3600 * 1000);
    utimesSync(join(checkpoints, name), aYearAgo, aYearAgo);
    const unnamed = (): string[] => readdirSync(join(checkpoints, 'unnamed'));
    await (await openTestStore(folder)).close();
    expect(unnamed()).toEqual([name]);
    await (await openTestStore(folder)).close();
    expect(unnamed()).toEqual([name]);
    utimesSync(join(checkpoints, 'unnamed', name), aYearAgo, aYearAgo);
    await (await openTestStore(folder)).close();
    expect(unnamed()).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))('leave nothing half-written where the disk is full', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    const bytes = new Uint8Array([1, 2, 3]);
    const checkpoints = join(folder, 'checkpoints');
    mkdirSync(checkpoints);
    const name = `${createHash('sha256').update(bytes).digest('hex')}.checkpoint.part`;
    symlinkSync('/dev/full', join(checkpoints, name));
    await expect(store.write.saveCheckpoint('aaaa', position, bytes)).rejects.toThrow('is full: free some space');
    expect(readdirSync(checkpoints)).toEqual([]);
    await store.write.saveCheckpoint('aaaa', position, new Uint8Array([1, 2, 3]));
    expect((await store.read.checkpoint('aaaa'))?.bytes).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('are refused where the file is not what was written, and strays are swept away', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    await store.write.saveCheckpoint('aaaa', position, new Uint8Array([1, 2, 3]));
    await store.close();
    const checkpoints = join(folder, 'checkpoints');
    const [name] = readdirSync(checkpoints);
    writeFileSync(join(checkpoints, name), 'something else');
    mkdirSync(checkpoints, { recursive: true });
    writeFileSync(join(checkpoints, `${'0'.repeat(64)}.checkpoint.part`), 'half');

    const again = await openTestStore(folder);
    expect(readdirSync(checkpoints)).toEqual([name]);
    await expect(again.read.checkpoint('aaaa')).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining(name) as string,
    });
  });
});
