import type {
  EngineChoice,
  LogLine,
  LayerUpdate,
  Mask,
  OwnMethod,
  RunConfiguration,
  RunPlan,
  RunStatus,
  RunSummary,
  RunWarning,
  SeriesPoint,
  UpdateRecord,
  StudyDefinition,
} from '../contract/index.ts';

/** A run as it is stored. What a face shows of it (progress, queue position) is the lab's to add. */
export interface RunRecord {
  id: string;
  name: string;
  status: RunStatus;
  study: string | null;
  colour: number;
  configuration: RunConfiguration;
  /** null: its method is one that Espalier brings along. */
  ownMethod: OwnMethod | null;
  plan: RunPlan;
  /** `auto` until it has started. */
  engine: string;
  engineTitle: string | null;
  engineChoice: EngineChoice | null;
  threads: number;
  /** Milliseconds since 1970, as all `...At`. */
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  steps: number;
  epochs: number;
  updates: number;
  rs: number;
  seconds: number;
  weightsHash: string | null;
  best: RunSummary['best'];
  final: RunSummary['final'];
  validationAccuracy: number | null;
  failure: string | null;
  /** Over all layers as the masks stand; null before they were made. */
  activeWeights: number | null;
  warnings: RunWarning[];
  checkpointEpoch: number | null;
  trashedAt: number | null;
}

export type NewRun = Pick<
  RunRecord,
  'id' | 'name' | 'study' | 'configuration' | 'plan' | 'engine' | 'threads' | 'createdAt' | 'rs'
> & { warnings?: RunWarning[]; ownMethod?: OwnMethod | null };

/** What may change in a run. */
export type RunChange = Partial<
  Omit<
    RunRecord,
    'id' | 'study' | 'colour' | 'configuration' | 'ownMethod' | 'createdAt' | 'validationAccuracy' | 'checkpointEpoch'
  >
>;

/** One run of a study, and which of its points it trains. */
export interface StudyRun {
  runId: string;
  /** Among the points that the study's definition expands to; the column `place` of `study_runs`. */
  pointIndex: number;
  /** Of the run's variant. */
  label: string | null;
}

export interface StudyRecord {
  id: string;
  name: string;
  definition: StudyDefinition;
  createdAt: number;
  /** By point, then in order of creation: the last of a point stands for it. */
  runs: StudyRun[];
}

export type NewStudy = Omit<StudyRecord, 'runs'>;

/** How far a running run has come; written with every heartbeat. */
export type RunPosition = Pick<RunRecord, 'steps' | 'epochs' | 'updates' | 'rs' | 'seconds'> & {
  id: string;
  activeWeights?: RunRecord['activeWeights'];
};

export interface RunBatch {
  runId: string;
  points: SeriesPoint[];
  lines: LogLine[];
}

export interface StoredMaskLayer {
  name: string;
  /** `[height, width, channels]` of a first layer's inputs, else null. */
  inputShape: [number, number, number] | null;
  mask: Mask;
}

export interface StoredMaskUpdate {
  update: number;
  step: number;
  rs: number;
  layers: LayerUpdate[];
  /** Absent in what was written before data version 30. */
  record?: UpdateRecord;
}

/** A checkpoint, with the summary of its run as it stood then. */
export interface CheckpointPosition {
  step: number;
  epoch: number;
  seconds: number;
  updates: number;
  rs: number;
  best: RunSummary['best'];
}

export interface StoredCheckpoint extends CheckpointPosition {
  bytes: Uint8Array;
  /** Why the last checkpoint could not be read, where this is the one before it. */
  unreadable: string | null;
}
