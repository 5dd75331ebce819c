import type { Database } from 'better-sqlite3';
import { hostname } from 'node:os';
import { statSync } from 'node:fs';
import { FINAL, isRecordedMeasure } from '../contract/index.ts';
import { measureHistories } from '../topology/measures/index.ts';
import { measureRecorded } from '../topology/measures/recorded.ts';
import { keepsRegrown } from '../topology/update.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createChecksums } from './checksums.ts';
import { databaseFile } from './database.ts';
import { isFolderLocked } from './folder-lock.ts';
import type { FolderWatch } from './folder-presence.ts';
import { createMaskFrames } from './mask-frames.ts';
import { createMaskHistory } from './mask-history.ts';
import { createMaskReplay } from './mask-replay.ts';
import type { StoreReads, StoreWrites } from './methods.ts';
import type { StoreWorkerData } from './protocol.ts';
import type { RunBatch } from './records.ts';
import { createRunTable } from './run-table.ts';
import { createSeriesTable } from './series-table.ts';
import { createLogTable, createSettingsTable } from './small-tables.ts';
import { createStudyTable } from './study-table.ts';
import { createUpdateRecords } from './update-records.ts';
import { verifyFolder } from './verification/verify-folder.ts';
import { createRunVerifier } from './verification/verify-run.ts';

export interface MethodTables {
  reads: StoreReads;
  writes: StoreWrites;
  /** To be called when a transaction was undone: lets go of what is remembered of the database. */
  forget(): void;
  /** Does some of the work that was left for later, a few hundredths of a second. @returns whether there is more */
  tidy(): boolean;
}

/** The methods of an open store. @param watch of the data folder; null of a reader, which has none */
export function createMethods(database: Database, opening: StoreWorkerData, watch: FolderWatch | null): MethodTables {
  const { folder, access, nativeBinding } = opening;
  const checksums = createChecksums(database);
  const runs = createRunTable(database, `${hostname()}/${process.pid}/${Date.now().toString(36)}`, checksums);
  const series = createSeriesTable(database, checksums, access === 'write');
  const records = createUpdateRecords(database, checksums);
  const regrownLiveOn = (run: number): boolean => {
    const configuration = runs.configurationOf(run);
    return keepsRegrown(runs.methodOf(run), configuration);
  };
  const frames = createMaskFrames(database, checksums);
  const masks = createMaskHistory(database, frames, records, regrownLiveOn);
  const replay = createMaskReplay(frames, regrownLiveOn);
  const isHere = (): boolean => watch === null || watch.look() === 'here';
  const checkpoints = createCheckpoints(database, folder, checksums, isHere);
  const log = createLogTable(database, checksums);
  const settings = createSettingsTable(database, checksums);
  const studies = createStudyTable(database, runs, checksums);
  const verifyRun = createRunVerifier({ database, checksums, runs, series, frames, records, checkpoints });
  const file = databaseFile(folder);
  if (access === 'write') checkpoints.sweep();

  const reads: StoreReads = {
    information: () => ({
      file,
      bytes: sizeOf(file) + sizeOf(`${file}-wal`),
      sqliteVersion: database.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '',
      dataVersion: database.pragma('user_version', { simple: true }) as number,
      access,
      ownerAlive: access === 'write' || isFolderLocked(folder, nativeBinding),
    }),
    runs: (skipsUnreadable) => runs.all(skipsUnreadable),
    metrics: (runId) => series.summaries(runs.keyOf(runId)),
    series: (query) => query.runIds.map((runId) => series.read(runId, runs.keyOf(runId), query)),
    log: (runId) => log.read(runs.keyOf(runId)),
    maskTimeline: (runId) => masks.timeline(runId, runs.keyOf(runId)),
    maskView: (runId, layer, update) => masks.view(runId, runs.keyOf(runId), layer, update),
    measure(runId, measure, { layer, other, ...options }) {
      if (isRecordedMeasure(measure)) {
        frames.lastUpdate(runs.keyOf(runId));
        const recorded = records.read(runId, runs.keyOf(runId), layer);
        return { runId, measure, ...measureRecorded(measure, recorded, options) };
      }
      const histories = replay.histories(runId, runs.keyOf(runId), layer);
      const others = other === undefined ? null : replay.histories(other, runs.keyOf(other), layer);
      return { runId, measure, ...measureHistories(measure, histories, others, options) };
    },
    checkpoint: (runId) => checkpoints.read(runId, runs.keyOf(runId)),
    settings: () => settings.read(),
    studies: (skipsUnreadable) => studies.all(skipsUnreadable),
    verifyFolder: () => verifyFolder(database, { checksums, runs, studies, settings }),
    verifyRun,
  };

  const writes: StoreWrites = {
    createRuns: (created) => runs.create(created),
    createStudy: (study, created, at) => studies.create(study, created, at),
    addStudyRuns: (studyId, created, at) => studies.addRuns(studyId, created, at),
    changeRuns(ids, change) {
      runs.change(ids, change);
      const over = change.status !== undefined && change.status !== 'running' && change.status !== 'paused';
      if (over) for (const id of ids) masks.release(runs.keyOf(id));
      const isFinal = change.status !== undefined && FINAL.has(change.status);
      if (isFinal) for (const id of ids) checkpoints.release(runs.keyOf(id));
    },
    changeRunMethod: (id, ownMethod) => runs.changeMethod(id, ownMethod),
    adoptOrphans: () => runs.adoptOrphans(),
    heartbeat: (positions, at) => runs.heartbeat(positions, at),
    appendBatches: database.transaction((batches: RunBatch[]) => {
      for (const { runId, points, lines } of batches) {
        const run = runs.keyOf(runId);
        series.append(run, points);
        log.append(run, lines);
      }
    }),
    startMasks: (runId, layers) => masks.start(runs.keyOf(runId), layers),
    appendMaskUpdate: (runId, update) => masks.append(runs.keyOf(runId), update),
    noteAftermath: (runId, aftermath) => records.note(runs.keyOf(runId), aftermath),
    saveCheckpoint(runId, position, bytes) {
      const { step, epoch, updates, rs, seconds } = position;
      const savedAt = Date.now();
      checkpoints.save(runs.keyOf(runId), position, bytes, savedAt);
      runs.heartbeat([{ id: runId, steps: step, epochs: epoch, updates, rs, seconds }], savedAt);
    },
    rewind(runId, step) {
      const run = runs.keyOf(runId);
      return database.transaction(() => {
        // What a crash between two slices leaves is a run that goes back again when it is resumed.
        if (masks.rewind(run, step)) return true;
        series.rewind(run, step);
        checkpoints.rewind(run, step);
        return false;
      })();
    },
    changeSettings: (change) => settings.write(change),
  };
  const forget = (): void => {
    series.forget();
    masks.forget();
  };
  return { reads, writes, forget, tidy: () => series.tidy() };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
