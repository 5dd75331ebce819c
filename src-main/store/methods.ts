import type {
  LabSettings,
  LogLine,
  MaskTimeline,
  MaskView,
  MeasureName,
  MeasureOptions,
  MeasureResult,
  MetricSummary,
  OwnMethod,
  Series,
  SeriesQuery,
  UpdateAftermath,
} from '../contract/index.ts';
import type {
  CheckpointPosition,
  NewRun,
  RunBatch,
  RunChange,
  RunPosition,
  RunRecord,
  StoredCheckpoint,
  StoredMaskLayer,
  StoredMaskUpdate,
  NewStudy,
  StudyRun,
  StudyRecord,
} from './records.ts';
import type { Findings, RunVerification } from './verification/findings.ts';

/** What belongs to no run and no study. */
export interface StoredSettings extends LabSettings {
  /** Contents of methods' files that the person has allowed to be loaded. */
  trustedMethods: { file: string; sha256: string }[];
}

export interface StoreInformation {
  file: string;
  bytes: number;
  sqliteVersion: string;
  dataVersion: number;
  access: StoreAccess;
  /** Whether an Espalier that may write has the folder open; always true of a store opened for writing. */
  ownerAlive: boolean;
}

/** `write` locks the data folder for this process; `read` neither locks nor changes anything. */
export type StoreAccess = 'read' | 'write';

/** What may be asked of a store, whatever its access. Each throws a `StoreError`. */
export interface StoreReads {
  information(): StoreInformation;
  /** In order of creation, those in the trash among them. */
  runs(skipsUnreadable?: boolean): RunRecord[];
  metrics(runId: string): MetricSummary[];
  series(query: SeriesQuery): Series[];
  log(runId: string): LogLine[];
  maskTimeline(runId: string): MaskTimeline;
  /** Streams over the whole history within this thread. */
  measure(runId: string, name: MeasureName, options: MeasureOptions): MeasureResult;
  maskView(runId: string, layer: number, update: number): MaskView;
  /**
   * The run's last checkpoint, or the one before it where the last is gone or damaged; null where it has none.
   * @throws where neither is what was written
   */
  checkpoint(runId: string): StoredCheckpoint | null;
  settings(): Partial<StoredSettings>;
  /** In order of creation. */
  studies(skipsUnreadable?: boolean): StudyRecord[];
  /** Reads the database's file and what belongs to no run, and says what is damaged. */
  verifyFolder(): Findings;
  /**
   * Reads all of a run and compares it with its checksums. Takes about a second for a million points.
   * @param watched see `WATCHED`; where it is to end, throws
   */
  verifyRun(runId: string, watched?: Int32Array): RunVerification;
}

/** What only a store opened for writing does. */
export interface StoreWrites {
  /** All or none; each gets the next free colour. */
  createRuns(runs: NewRun[]): RunRecord[];
  /** A study with its runs, all or none; `at` says which point of the study each run trains. */
  createStudy(study: NewStudy, runs: NewRun[], at: Omit<StudyRun, 'runId'>[]): RunRecord[];
  /** Runs instead of failed or missing ones. */
  addStudyRuns(studyId: string, runs: NewRun[], at: Omit<StudyRun, 'runId'>[]): RunRecord[];
  /** Durable when it returns, also against loss of power. */
  changeRuns(ids: string[], change: RunChange): void;
  /** A run of a person's own method goes on by another content of its file. */
  changeRunMethod(runId: string, ownMethod: OwnMethod): void;
  /** Runs left running or paused by an Espalier that is gone become interrupted; returns their ids. */
  adoptOrphans(): string[];
  heartbeat(positions: RunPosition[], at: number): void;
  appendBatches(batches: RunBatch[]): void;
  startMasks(runId: string, layers: StoredMaskLayer[]): void;
  appendMaskUpdate(runId: string, update: StoredMaskUpdate): void;
  /** What an update came to; of one that is not there (rewound) nothing is kept. */
  noteAftermath(runId: string, aftermath: UpdateAftermath): void;
  /** Becomes the run's last checkpoint, durable when it returns; the one before it is kept until the run is over. */
  saveCheckpoint(runId: string, position: CheckpointPosition, bytes: Uint8Array): void;
  /**
   * Forgets every point, mask update and checkpoint after `step`, so that a resumed run draws nothing twice; -1 forgets
   * all. Many mask updates go in slices, the last first, so that other requests come in between.
   * @returns whether there is more to forget: to be called again until there is not
   */
  rewind(runId: string, step: number): boolean;
  changeSettings(change: Partial<StoredSettings>): void;
}

/** The same methods from the other side of the thread boundary. */
export type Promised<T> = {
  [M in keyof T]: T[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never;
};
