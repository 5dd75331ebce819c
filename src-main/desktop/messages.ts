import type { LabEventName, LabEvents, LabMethod } from '../contract/index.ts';

/**
 * What main and the preload say to each other. Only names and types: the preload is one small file and brings no
 * schema library along.
 */

/** One channel per method. */
export const methodChannel = (method: LabMethod) => `lab:${method}`;

/** Events come in batches, in order. */
export const EVENTS_CHANNEL = 'lab-events';

export type LabEvent = { [E in LabEventName]: { event: E; payload: LabEvents[E] } }[LabEventName];

export type LabReply = { ok: true; value: unknown } | LabRefusal;

/** An error as it crosses: Electron's own transport would lose its name and wrap its message. */
export interface LabRefusal {
  ok: false;
  name: string;
  message: string;
}

// Records, so that the compiler misses a method or an event that is not named here.
const methods: Record<LabMethod, true> = {
  listRuns: true,
  listTrash: true,
  getRun: true,
  launchRuns: true,
  launchPreset: true,
  launchStudy: true,
  listStudies: true,
  getStudyResults: true,
  resumeStudy: true,
  exportStudy: true,
  exportStudyChart: true,
  pauseRun: true,
  resumeRun: true,
  cancelRun: true,
  cancelRuns: true,
  renameRun: true,
  trashRuns: true,
  restoreRuns: true,
  listMetrics: true,
  readSeries: true,
  readLog: true,
  maskTimeline: true,
  maskView: true,
  measureRun: true,
  checkConfiguration: true,
  forecastRun: true,
  listMethods: true,
  listMethodFiles: true,
  readMethodFile: true,
  trustMethod: true,
  listPresets: true,
  listStudyPresets: true,
  listDatasets: true,
  readDatasetContent: true,
  importDataset: true,
  downloadDataset: true,
  cancelImport: true,
  exportRuns: true,
  exportMasks: true,
  cancelExport: true,
  diagnostics: true,
  listCalibrations: true,
  calibrateEngines: true,
  getSettings: true,
  changeSettings: true,
};

const events: Record<LabEventName, true> = {
  'runs-changed': true,
  'runs-removed': true,
  'points-appended': true,
  'mask-updated': true,
  'log-appended': true,
  'datasets-changed': true,
  'methods-changed': true,
  'import-progress': true,
  'export-progress': true,
};

export const LAB_METHODS = Object.keys(methods) as LabMethod[];
export const EVENT_NAMES = Object.keys(events) as LabEventName[];
