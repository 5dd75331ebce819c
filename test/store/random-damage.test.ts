import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MEASURE_NAMES } from '../../src-main/contract/index.ts';
import { createLab } from '../../src-main/lab/lab.ts';
import { databaseFile, openDatabase } from '../../src-main/store/database.ts';
import type { StoreReads } from '../../src-main/store/methods.ts';
import { createMethods } from '../../src-main/store/methods-table.ts';
import { testEnvironment, tiny } from '../lab/support/lab.ts';
import { DAMAGES, damage, stream } from './support/damage.ts';

/** `ESPALIER_DAMAGES=800 npm test -- unit store/random-damage` tries as many; a few are tried always. */
const CASES = Number(process.env.ESPALIER_DAMAGES ?? 60);
const SEED = Number(process.env.ESPALIER_SEED ?? 1);

let folder = '';
let bytes = Buffer.alloc(0);
let original: unknown = null;

/** Everything that can be read of a data folder. */
function contentOf(reads: StoreReads): unknown {
  const runs = reads.runs();
  const ofRuns = runs.map(({ id: runId, checkpointEpoch }) => {
    const metrics = reads.metrics(runId);
    const series = metrics.flatMap(({ metric }) =>
      [undefined, 12].map((maxPoints) => reads.series({ runIds: [runId], metric, maxPoints })),
    );
    const timeline = reads.maskTimeline(runId);
    const views = timeline.layers.flatMap((_, layer) =>
      timeline.steps.map((_step, update) => reads.maskView(runId, layer, update)),
    );
    const measures = timeline.layers.length === 0 ? [] : MEASURE_NAMES.map((name) => measured(reads, runId, name));
    const checkpoint = checkpointEpoch === null ? null : reads.checkpoint(runId);
    return { metrics, series, timeline, views, measures, checkpoint, log: reads.log(runId) };
  });
  return [runs, ofRuns, reads.studies(), reads.settings()];
}

/** Some measures are not there for some runs; what they then say is content too. */
function measured(reads: StoreReads, runId: string, name: (typeof MEASURE_NAMES)[number]): unknown {
  try {
    return reads.measure(runId, name, name === 'overlap-other' ? { other: runId } : {});
  } catch (error) {
    if ((error as { kind?: unknown }).kind === 'missing') return (error as Error).message;
    throw error;
  }
}

type Outcome = 'identical' | 'refused' | 'reported' | 'silently different';

/** What a reader sees of a damaged folder. */
function outcomeOf(damaged: string): { outcome: Outcome; verified: string[] } {
  let verified: string[] = [];
  let database: ReturnType<typeof openDatabase> | null = null;
  try {
    database = openDatabase({ folder: damaged, access: 'read' });
    const { reads } = createMethods(database, { folder: damaged, access: 'read', nativeBinding: undefined }, null);
    verified = verify(reads);
    const content = contentOf(reads);
    if (isDeepStrictEqual(content, original)) return { outcome: 'identical', verified };
    return { outcome: verified.length > 0 ? 'reported' : 'silently different', verified };
  } catch (error) {
    return { outcome: 'refused', verified: [...verified, (error as Error).message] };
  } finally {
    database?.close();
  }
}

function verify(reads: StoreReads): string[] {
  const found = [reads.verifyFolder(), ...reads.runs().map(({ id }) => reads.verifyRun(id))];
  return found.flatMap(({ damage: of }) => of.map(({ part, text }) => `${part}: ${text}`));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  const lab = await createLab(testEnvironment(folder));
  await lab.changeSettings({ concurrency: 2 });
  const base = { ...tiny, network: 'mlp-12-8', epochs: 1, updateEvery: 3 };
  await lab.launchStudy({ name: 'Damage', base, grid: { method: ['rigl', 'set'] }, variants: [], seeds: [1] });
  const runs = await lab.listRuns();
  await lab.waitForEnd(runs.map(({ id }) => id));
  await lab.close();
  bytes = readFileSync(databaseFile(folder));
  const database = openDatabase({ folder, access: 'read' });
  const { reads } = createMethods(database, { folder, access: 'read', nativeBinding: undefined }, null);
  expect(verify(reads)).toEqual([]);
  original = contentOf(reads);
  database.close();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a database that is damaged at random', () => {
  it(
    `has the same content, or is reported: ${CASES} cases`,
    () => {
      const draw = stream(SEED);
      const counts: Record<string, Record<string, number>> = {};
      const silent: string[] = [];
      const damagedFolder = join(folder, 'damaged');
      for (let index = 0; index < CASES; index++) {
        const kind = DAMAGES[index % DAMAGES.length];
        rmSync(damagedFolder, { recursive: true, force: true });
        mkdirSync(damagedFolder);
        symlinkSync(join(folder, 'checkpoints'), join(damagedFolder, 'checkpoints'));
        const done = damage(kind, bytes, draw);
        writeFileSync(databaseFile(damagedFolder), typeof done === 'function' ? bytes : done);
        if (typeof done === 'function' && !done(damagedFolder)) continue;
        const { outcome } = outcomeOf(damagedFolder);
        counts[kind] ??= {};
        counts[kind][outcome] = (counts[kind][outcome] ?? 0) + 1;
        if (outcome === 'silently different') silent.push(`case ${index}: ${kind}`);
      }
      if (process.env.ESPALIER_DAMAGES) console.log(JSON.stringify({ databaseBytes: bytes.length, counts }, null, 1));
      expect(silent).toEqual([]);
    },
    CASES * 2000 + 60_000,
  );
});
