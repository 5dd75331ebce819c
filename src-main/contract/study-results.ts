import type { RunConfiguration } from './configuration.ts';
import type { RunWarning } from './run-warnings.ts';
import type { RunStatus } from './runs.ts';
import type { StudyDefinition } from './study-definition.ts';

/** A study as it stands. Runs in the trash are left out of every count. */
export interface StudyListItem {
  id: string;
  name: string;
  definition: StudyDefinition;
  createdAt: number;
  /** The run that stands for each point of the study now; repeats of failed runs replace them. */
  runIds: string[];
  /** How many runs the study asks for. */
  total: number;
  counts: Record<RunStatus, number>;
  /** The runs of points that are in the trash; restoring them brings the points back. */
  trashedRunIds: string[];
}

/** Over the finished runs of one group whose value is finite. */
export interface SampleEstimate {
  n: number;
  mean: number;
  /** Sample standard deviation (n − 1); null where n < 2. */
  deviation: number | null;
}

/** Test accuracy minus that of the dense run of the same seed, over the seeds both have finished. Fractions. */
export interface DenseDifference extends SampleEstimate {
  /** Half the width of the 95% interval by Student's t; null where none is worth stating (fewer than 3 pairs). */
  halfWidth: number | null;
  /** The key of the dense group. */
  denseKey: string;
  /** What may be said of it, in words. */
  statement: string;
}

export const STUDY_MEASURES = [
  'testAccuracy',
  'bestValidation',
  'lastValidation',
  'rs',
  'updates',
  'seconds',
  'trainFlopsRatio',
] as const;
export type StudyMeasure = (typeof STUDY_MEASURES)[number];

/** What several runs of a group warn of: the words of the first, and all that say the like. */
export interface StudyWarning extends RunWarning {
  runIds: string[];
}

export interface StudyGroup {
  key: string;
  /** Of the variant, else of the method. */
  title: string;
  /** The title and whatever else tells the group from the others. */
  label: string;
  method: RunConfiguration['method'];
  methodTitle: string;
  /** false: every position is active for ever. */
  isSparse: boolean;
  /** What its configuration asks for. */
  sparsity: number;
  /** What its finished runs have (`sparsityNow`), their mean; the one asked for where none has finished. */
  reachedSparsity: number;
  /** The keys that vary within the study, as they are here; null where they mean nothing to this method. */
  varied: Record<string, string | number | boolean | null>;
  seeds: number[];
  runIds: string[];
  finished: number;
  /** Queued, running, paused. */
  waiting: number;
  /** Runs left out of every mean, by name and why. */
  leftOut: { runId: string; name: string; status: RunStatus }[];
  /** A mean over fewer runs than planned, and what the runs warn of, one for each code. */
  warnings: StudyWarning[];
  /** null where no run has finished with a finite value. */
  measures: Record<StudyMeasure, SampleEstimate | null>;
  /** Finished runs with both values finite, by seed: how much each explored and how right it is. */
  points: { runId: string; seed: number; rs: number; testAccuracy: number }[];
  /** null for dense groups, and where the study has no dense group to compare with. */
  difference: DenseDifference | null;
}

export interface StudyResults {
  study: StudyListItem;
  /** Keys of the configuration that vary, besides method, sparsity and seed. */
  variedKeys: string[];
  /** What each of them is called, and its unit. */
  variedFields: Record<string, { label: string; unit?: string }>;
  groups: StudyGroup[];
  /** What a reader must know to read the table right. */
  notes: string[];
}

export const STUDY_FORMATS = ['csv', 'markdown', 'latex', 'json'] as const;
export type StudyFormat = (typeof STUDY_FORMATS)[number];

/** Pictures of a study's results. */
export const STUDY_CHARTS = ['rs-accuracy'] as const;
export type StudyChart = (typeof STUDY_CHARTS)[number];
export const STUDY_CHART_FORMATS = ['svg', 'csv'] as const;
export type StudyChartFormat = (typeof STUDY_CHART_FORMATS)[number];
