import * as v from 'valibot';
import type { ConfigurationInput, RunConfiguration } from './configuration.ts';
import {
  datasetId,
  importChoicesSchema,
  type DatasetContent,
  type DatasetDescription,
  type DatasetProgress,
  type ImportChoices,
  type ImportReport,
} from './datasets.ts';
import type { EngineCalibration } from './engine-calibration.ts';
import type { EngineAvailability } from './engines.ts';
import type { ImportQuestion } from './import-questions.ts';
import {
  MASK_EXPORT_FORMATS,
  type ExportedFile,
  type ExportProgress,
  type ExportTarget,
  type MaskExportFormat,
} from './mask-export.ts';
import type { MaskTimeline, MaskView } from './masks.ts';
import { MEASURE_NAMES, type MeasureName, type MeasureOptions, type MeasureResult } from './measures.ts';
import type { MethodFileReport, MethodFiles, MethodSource } from './method-files.ts';
import type { MethodDescription } from './methods.ts';
import type { RunForecast } from './planning.ts';
import type { LogLine, MetricSummary, RunDetail, RunListItem, RunPlan, Series, SeriesPoint } from './runs.ts';
import type { StudyDefinition } from './study-definition.ts';
import {
  STUDY_CHARTS,
  STUDY_CHART_FORMATS,
  type StudyChart,
  type StudyChartFormat,
  type StudyFormat,
  type StudyListItem,
  type StudyResults,
} from './study-results.ts';
import type { StudyPreset } from './study-presets.ts';
import type { FieldIssue } from './validation.ts';

/** Answer of `checkConfiguration`: what is wrong, or what it would amount to. */
export interface ConfigurationReport {
  issues: FieldIssue[];
  warnings: FieldIssue[];
  /** null where there are issues, or the dataset is not there to tell input and output sizes. */
  plan: RunPlan | null;
  configuration: RunConfiguration | null;
}

export interface Diagnostics {
  version: string;
  versions: Record<string, string>;
  platform: string;
  cores: number;
  memoryGiB: number;
  simd: 'relaxed' | 'plain' | 'none';
  engines: EngineAvailability[];
  dataFolder: string;
  databaseBytes: number;
  logFile: string | null;
}

export interface PresetDescription {
  id: string;
  title: string;
  description: string;
  /** What each run of the preset overrides. */
  configurations: ConfigurationInput[];
}

export interface SeriesQuery {
  runIds: string[];
  metric: string;
  fromStep?: number;
  toStep?: number;
  /** With a range: also the last point before it and the first after it, so that a line crosses its ends. */
  neighbours?: boolean;
  /** Beyond this the answer holds the minimum and maximum of equal buckets of steps, and says so. */
  maxPoints?: number;
}

/**
 * Everything the window may ask of the lab. The command line calls the same methods.
 * Errors reject with a message written for the reader.
 */
export interface LabApi {
  /** Those in the trash are left out. */
  listRuns(): Promise<RunListItem[]>;
  /** The runs in the trash, the one thrown away last first. Nothing empties it. */
  listTrash(): Promise<RunListItem[]>;
  getRun(runId: string): Promise<RunDetail>;
  /** Queues one run per configuration. @throws on invalid input, naming the field; then nothing is queued */
  launchRuns(configurations: ConfigurationInput[], study: string | null): Promise<RunListItem[]>;
  launchPreset(presetId: string): Promise<RunListItem[]>;
  /** Queues every run of a study, as one. @throws on invalid input, naming the field; then nothing is queued */
  launchStudy(definition: StudyDefinition): Promise<StudyListItem>;
  /** Newest last; a study whose runs are all in the trash is left out. */
  listStudies(): Promise<StudyListItem[]>;
  getStudyResults(studyId: string): Promise<StudyResults>;
  /**
   * Queues what was interrupted or failed, from its checkpoint where that can be read; trains anew what has none, was
   * cancelled or is in the trash. What is finished stays.
   */
  resumeStudy(studyId: string): Promise<StudyListItem>;
  exportStudy(studyId: string, format: StudyFormat): Promise<string>;
  /** A chart of a study's results as a file: the picture, or its numbers. @throws where no run has finished yet */
  exportStudyChart(studyId: string, chart: StudyChart, format: StudyChartFormat): Promise<string>;
  pauseRun(runId: string): Promise<void>;
  /** Goes on with a paused run, or queues one that `isResumable` from its last checkpoint. One in the trash is refused, and one
   * of a person's own method whose file has changed, with the first line that differs, unless that is accepted. */
  resumeRun(runId: string, options?: ResumeOptions): Promise<void>;
  cancelRun(runId: string): Promise<void>;
  /** Many at once, those in the queue in one go. One that is over stays as it is. */
  cancelRuns(runIds: string[]): Promise<void>;
  renameRun(runId: string, name: string): Promise<void>;
  /** Into the trash; `restoreRuns` undoes it. A run that is not over is refused. */
  trashRuns(runIds: string[]): Promise<void>;
  restoreRuns(runIds: string[]): Promise<void>;
  listMetrics(runId: string): Promise<MetricSummary[]>;
  readSeries(query: SeriesQuery): Promise<Series[]>;
  readLog(runId: string): Promise<LogLine[]>;
  maskTimeline(runId: string): Promise<MaskTimeline>;
  maskView(runId: string, layer: number, update: number): Promise<MaskView>;
  /** Measures the life of a run's masks from the whole stored history. */
  measureRun(runId: string, measure: MeasureName, options: MeasureOptions): Promise<MeasureResult>;
  checkConfiguration(input: ConfigurationInput): Promise<ConfigurationReport>;
  /**
   * What a configuration would explore, cost and take; with a wanted R_s also what would reach it.
   * @throws on invalid input, naming the field
   */
  forecastRun(input: ConfigurationInput, targetRs: number | null): Promise<RunForecast>;
  /** The methods that a configuration may name, in the order of a list. */
  listMethods(): Promise<MethodDescription[]>;
  /** Looks at the files with methods of a person's own. */
  listMethodFiles(): Promise<MethodFiles>;
  /** The code of such a file, to be read. @throws where there is no such file, or it cannot be read */
  readMethodFile(file: string): Promise<MethodSource>;
  /**
   * Allows a file to be loaded with this content: as it is now, or as a run has it stored. Runs that waited for it start.
   * @throws where neither has this content, as where the file has changed since it was read
   */
  trustMethod(file: string, sha256: string): Promise<void>;
  listPresets(): Promise<PresetDescription[]>;
  /** Published experiments as studies. */
  listStudyPresets(): Promise<StudyPreset[]>;
  listDatasets(): Promise<DatasetDescription[]>;
  /** Looks into a ready dataset. @throws where there is no such dataset, or no copy of it yet */
  readDatasetContent(id: string): Promise<DatasetContent>;
  /**
   * Imports a folder or file, one at a time. `choose` opens the system's dialog (window only), and the answer is null
   * when the person closes it. A question where the choices have to say what the files are; nothing is imported then, and
   * `asked` takes the same folder or file again with other choices. @throws naming the file at fault, or that it was cancelled; nothing is imported then
   */
  importDataset(from: ImportOrigin, choices: ImportChoices): Promise<ImportReport | ImportQuestion | null>;
  /**
   * Makes a known dataset ready: from what is on this machine, else from its official files, which are fetched and
   * checked. What is ready stays. @throws saying which file to put where, or that it was cancelled; what was fetched
   * is kept, and the next call goes on from there
   */
  downloadDataset(id: string): Promise<DatasetDescription>;
  /** Ends the import or download under way, if there is one; nothing is imported then. */
  cancelImport(): Promise<void>;
  exportRuns(runIds: string[], format: 'csv' | 'json'): Promise<string>;
  /**
   * Writes all masks of a run to a file, one export at a time. `choose` opens the system's dialog (window only), and the
   * answer is null when the person closes it. @throws where the file cannot be written, or that it was cancelled; nothing
   * is written then
   */
  exportMasks(runId: string, format: MaskExportFormat, to: ExportTarget): Promise<ExportedFile | null>;
  /** Ends the export under way, if there is one. */
  cancelExport(): Promise<void>;
  diagnostics(): Promise<Diagnostics>;
  /** What `engine: auto` measured on this machine, the latest first. */
  listCalibrations(): Promise<EngineCalibration[]>;
  /**
   * Measures now which engine is fastest for a configuration; `auto` goes by it from then on.
   * @throws on invalid input, naming the field, or where no engine can train it
   */
  calibrateEngines(configuration: ConfigurationInput): Promise<EngineCalibration>;
  getSettings(): Promise<LabSettings>;
  changeSettings(change: Partial<LabSettings>): Promise<LabSettings>;
}

export interface ResumeOptions {
  /** Goes on although the file of its method has changed since it was started. */
  acceptsChangedMethod?: boolean;
}

/** Where an import comes from: a path, what the person chooses in the system's dialog, or what was asked about last. */
export type ImportOrigin = { path: string } | { choose: 'folder' | 'file' | 'asked' };

export interface LabSettings {
  theme: 'system' | 'light' | 'dark';
  /** Runs training at the same time. */
  concurrency: number;
}

export const defaultSettings: LabSettings = { theme: 'system', concurrency: 1 };

/** What the lab tells every window as it happens; high-rate ones arrive batched. */
export interface LabEvents {
  /** Runs that changed, whole. */
  'runs-changed': RunListItem[];
  'runs-removed': string[];
  'points-appended': { runId: string; points: SeriesPoint[] }[];
  'mask-updated': { runId: string; update: number; step: number };
  'log-appended': { runId: string; lines: LogLine[] };
  'datasets-changed': DatasetDescription[];
  /** Files with methods of a person's own came, went or changed. */
  'methods-changed': MethodFileReport[];
  /** null when no import or download is under way any more. */
  'import-progress': DatasetProgress | null;
  /** null when nothing is exported any more. */
  'export-progress': ExportProgress | null;
}
export type LabEventName = keyof LabEvents;
export const LAB_EVENT_NAMES: readonly LabEventName[] = [
  'runs-changed',
  'runs-removed',
  'points-appended',
  'mask-updated',
  'log-appended',
  'datasets-changed',
  'methods-changed',
  'import-progress',
  'export-progress',
];

const runId = v.pipe(v.string(), v.regex(/^[0-9a-z]{4,40}$/, 'is not the identifier of a run'));
const runIds = v.pipe(v.array(runId), v.maxLength(10_000));
/** What a person may name on the disk. @param what ends “name ...” */
const namedPath = (what: string) =>
  v.pipe(
    v.string(),
    v.nonEmpty(`name ${what}`),
    v.maxLength(4096, 'a path has at most 4096 characters'),
    v.check((path) => !path.includes('\0'), 'a path has no NUL character'),
  );
/** Looked up among the files that were found, never joined into a path. */
const methodFile = v.pipe(v.string(), v.nonEmpty('name a file'), v.maxLength(1024));
const metric = v.pipe(v.string(), v.maxLength(200));
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Its fields are checked by `resolveConfiguration`, which has the better messages. */
const configurationInput = v.custom<ConfigurationInput>(
  (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
  'must be an object',
);
/** Its parts are checked by `requireStudy`, likewise. */
const studyDefinition = v.custom<StudyDefinition>(
  (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
  'must be an object',
);
/** Runs that may train side by side. */
export const MOST_RUNS_AT_ONCE = 64;
/** Points of a series that one question may ask for. */
export const MOST_SERIES_POINTS = 1_000_000;
const settings = v.partial(
  v.strictObject({
    theme: v.picklist(['system', 'light', 'dark']),
    concurrency: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_RUNS_AT_ONCE)),
  }),
);

/** Every method's arguments as they must arrive; main parses each message with these. */
export const labArguments = {
  listRuns: v.tuple([]),
  listTrash: v.tuple([]),
  getRun: v.tuple([runId]),
  launchRuns: v.tuple([
    v.pipe(v.array(configurationInput), v.minLength(1), v.maxLength(10_000)),
    v.nullable(v.pipe(v.string(), v.maxLength(200))),
  ]),
  launchPreset: v.tuple([v.pipe(v.string(), v.maxLength(100))]),
  launchStudy: v.tuple([studyDefinition]),
  listStudies: v.tuple([]),
  getStudyResults: v.tuple([runId]),
  resumeStudy: v.tuple([runId]),
  exportStudy: v.tuple([runId, v.picklist(['csv', 'markdown', 'latex', 'json'])]),
  exportStudyChart: v.tuple([runId, v.picklist(STUDY_CHARTS), v.picklist(STUDY_CHART_FORMATS)]),
  pauseRun: v.tuple([runId]),
  resumeRun: v.tuple([runId, v.optional(v.strictObject({ acceptsChangedMethod: v.optional(v.boolean()) }))]),
  cancelRun: v.tuple([runId]),
  cancelRuns: v.tuple([runIds]),
  renameRun: v.tuple([runId, v.pipe(v.string(), v.maxLength(120))]),
  trashRuns: v.tuple([runIds]),
  restoreRuns: v.tuple([runIds]),
  listMetrics: v.tuple([runId]),
  readSeries: v.tuple([
    v.strictObject({
      runIds,
      metric,
      fromStep: v.optional(v.number()),
      toStep: v.optional(v.number()),
      neighbours: v.optional(v.boolean()),
      maxPoints: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(MOST_SERIES_POINTS))),
    }),
  ]),
  readLog: v.tuple([runId]),
  maskTimeline: v.tuple([runId]),
  maskView: v.tuple([runId, index, index]),
  measureRun: v.tuple([
    runId,
    v.picklist(MEASURE_NAMES),
    v.strictObject({
      layer: v.optional(index),
      other: v.optional(runId),
      update: v.optional(index),
      tau: v.optional(index),
    }),
  ]),
  checkConfiguration: v.tuple([configurationInput]),
  forecastRun: v.tuple([configurationInput, v.nullable(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)))]),
  listMethods: v.tuple([]),
  listMethodFiles: v.tuple([]),
  readMethodFile: v.tuple([methodFile]),
  trustMethod: v.tuple([methodFile, v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is not a SHA-256'))]),
  listPresets: v.tuple([]),
  listStudyPresets: v.tuple([]),
  listDatasets: v.tuple([]),
  readDatasetContent: v.tuple([datasetId]),
  importDataset: v.tuple([
    v.union([
      v.strictObject({ path: namedPath('a folder or file') }),
      v.strictObject({ choose: v.picklist(['folder', 'file', 'asked']) }),
    ]),
    importChoicesSchema,
  ]),
  downloadDataset: v.tuple([datasetId]),
  cancelImport: v.tuple([]),
  exportRuns: v.tuple([runIds, v.picklist(['csv', 'json'])]),
  exportMasks: v.tuple([
    runId,
    v.picklist(MASK_EXPORT_FORMATS),
    v.union([v.strictObject({ path: namedPath('a file') }), v.strictObject({ choose: v.literal('file') })]),
  ]),
  cancelExport: v.tuple([]),
  diagnostics: v.tuple([]),
  listCalibrations: v.tuple([]),
  calibrateEngines: v.tuple([configurationInput]),
  getSettings: v.tuple([]),
  changeSettings: v.tuple([settings]),
} satisfies { [M in keyof LabApi]: v.GenericSchema<unknown, Parameters<LabApi[M]>> };

export type LabMethod = keyof typeof labArguments;

/** What the preload puts on `window.espalier`. */
export interface EspalierBridge {
  lab: LabApi;
  /** Returns the function that stops listening. */
  on<E extends LabEventName>(event: E, listener: (payload: LabEvents[E]) => void): () => void;
}
