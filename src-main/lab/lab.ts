import { existsSync } from 'node:fs';
import * as v from 'valibot';
import {
  ENDED,
  InvalidConfigurationError,
  defaultSettings,
  labArguments,
  type ConfigurationInput,
  type FieldIssue,
  type LabApi,
  type LabSettings,
  type RunConfiguration,
  type RunListItem,
  type RunPlan,
} from '../contract/index.ts';
import { createDatasetCatalogue } from '../datasets/catalogue.ts';
import { openStore, type Store } from '../store/client.ts';
import { StoreError } from '../store/errors.ts';
import type { NewRun, RunRecord } from '../store/records.ts';
import { checkConfiguration } from './check.ts';
import { createDatasetMethods } from './dataset-methods.ts';
import { createEngineChooser } from './engine-chooser.ts';
import { diagnose } from './diagnostics.ts';
import type { LabEnvironment } from './environment.ts';
import { createLabEmitter, type LabEmitter } from './events.ts';
import { toCsv, toJson } from './export.ts';
import { studyCharts } from './charts/index.ts';
import { forecastRun } from './forecast.ts';
import { createLogFile } from './log-file.ts';
import { newRunIds, runName } from './naming.ts';
import { presets, requirePreset } from './presets.ts';
import { studyPresets } from './study-presets/index.ts';
import { createRecorder } from './recorder.ts';
import { createRunBook, isOver } from './run-book.ts';
import { createRunController } from './run-controller.ts';
import { resolveThreads } from './run-threads.ts';
import { createStudies } from './studies.ts';
import { formatStudy } from './study-formats.ts';
import type { Unstored } from './unstored.ts';

/** The lab: what a person does with runs, for any face. */
export interface Lab extends LabApi {
  /** Tells of what happens; returns the function that stops listening. */
  on: LabEmitter['on'];
  /** Called whenever the last run has ended and nothing waits to start; returns the function that stops listening. */
  onIdle(listener: () => void): () => void;
  /** Runs with a thread of their own now, paused ones among them. */
  activeCount(): number;
  /** What runs have said, or come to, that is not stored yet. */
  unstored(): Unstored;
  /** The runs once all of them are over. */
  waitForEnd(runIds: string[]): Promise<RunListItem[]>;
  /**
   * Ends every run's thread and the store. Gracefully, running runs are checkpointed first and resume where they were;
   * otherwise they fall back to their last checkpoint. Either way they become interrupted.
   */
  close(options?: { graceful: boolean }): Promise<void>;
}

/** @throws StoreError where the data folder is in use, its database damaged or from the future */
export async function createLab(environment: LabEnvironment): Promise<Lab> {
  const { dataFolder, access } = environment;
  const store = await openStore({ workerUrl: environment.workers.store, folder: dataFolder, access });
  try {
    return await assembleLab(environment, store);
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}

async function assembleLab(environment: LabEnvironment, store: Store): Promise<Lab> {
  const { dataFolder, access } = environment;
  const events = createLabEmitter();
  const idleListeners = new Set<() => void>();
  const closing = new AbortController();
  const logFile = createLogFile(environment.logFile);
  const catalogue = createDatasetCatalogue({
    dataFolder,
    importWorker: environment.workers.import,
    fashionMnistFolder: environment.fashionMnistFolder,
    mirror: environment.datasetMirror,
    residentBytes: environment.residentBytes,
  });

  if (access === 'write') {
    logFile.makeFolder();
    await store.write.adoptOrphans();
  }
  const records = await store.read.runs();
  if (access === 'read') await showOrphansAsInterrupted(store, records);
  let settings = readSettings(await store.read.settings());
  const runsAtOnce = (): number => environment.runsAtOnce ?? settings.concurrency;
  const threadsOf = (threads: number): number => resolveThreads(threads, runsAtOnce());

  const book = createRunBook(store, events, records, (id) => controller.queue.position(id));
  const recorder = createRecorder(store, events, (id, error) => {
    controller.fail(id, `It could not be recorded: ${error.message}`);
  });
  const chooser = createEngineChooser(environment);
  const controller = createRunController({
    environment,
    store,
    book,
    recorder,
    events,
    catalogue,
    chooser,
    logFile,
    concurrency: access === 'write' ? runsAtOnce() : 0,
    threadsOf,
    onIdle: () => idleListeners.forEach((listener) => listener()),
  });
  for (const { id, status } of records) {
    if (status === 'queued') controller.queue.add(id, { held: !environment.startQueued });
  }
  controller.queue.pump();

  const requireWrite = (): void => {
    if (access === 'read') {
      throw new StoreError('read-only', `The data folder ${dataFolder} was opened for reading only.`);
    }
  };

  const prepare = async (inputs: ConfigurationInput[], study: string | null): Promise<NewRun[]> => {
    const checked = await requireRunnable(inputs);
    const createdAt = Date.now();
    const ids = newRunIds(checked.length, createdAt);
    return checked.map(({ configuration, plan, warnings }, index): NewRun => {
      const { engine, threads } = configuration;
      return {
        id: ids[index],
        name: runName(configuration),
        study,
        configuration,
        plan,
        engine,
        threads: threadsOf(threads),
        createdAt,
        rs: plan.activeWeights / plan.prunableWeights,
        warnings: warnings.map(({ field, message }) => ({ code: 'configuration', text: `${field}: ${message}` })),
      };
    });
  };

  const enqueue = (created: RunRecord[]): RunListItem[] => {
    const ids = created.map(({ id }) => id);
    book.add(created);
    for (const id of ids) controller.queue.add(id);
    book.announce(ids);
    controller.queue.pump();
    return ids.map(book.item);
  };

  const launch = async (inputs: ConfigurationInput[], study: string | null): Promise<RunListItem[]> => {
    requireWrite();
    return enqueue(await store.write.createRuns(await prepare(inputs, study)));
  };

  const requireRunnable = async (
    inputs: ConfigurationInput[],
  ): Promise<{ configuration: RunConfiguration; plan: RunPlan; warnings: FieldIssue[] }[]> => {
    const datasets = await catalogue.list();
    const reports = inputs.map((input) => checkConfiguration(input, datasets));
    const issues = reports.flatMap((report, index) => placed(report.issues, index, inputs.length));
    if (issues.length > 0) throw new InvalidConfigurationError(issues);
    return reports.map(({ configuration, plan, warnings }) => {
      if (!configuration || !plan) throw new Error('A configuration without an issue has no plan.');
      return { configuration, plan, warnings };
    });
  };

  /** Datasets are files beside the store: writing them would make anew a data folder that was moved away. */
  const requireFolder = (): void => {
    requireWrite();
    if (existsSync(dataFolder)) return;
    throw new StoreError('folder-gone', `The data folder ${dataFolder} is not there any more: put it back first.`);
  };
  const datasets = createDatasetMethods({ environment, catalogue, events, requireWrite: requireFolder });
  const studies = createStudies({
    store,
    book,
    records: await store.read.studies(),
    prepare,
    enqueue,
    resumeRun: (id) => controller.resume(id),
  });

  const trash = async (runIds: string[], trashedAt: number | null): Promise<void> => {
    requireWrite();
    const records = runIds.map(book.get);
    const going = records.find((record) => !isOver(record));
    if (going && trashedAt !== null) {
      throw new Error(`Run ${going.name} (${going.id}) is ${going.status}: cancel it before you delete it.`);
    }
    await store.write.changeRuns(runIds, { trashedAt });
    for (const record of records) record.trashedAt = trashedAt;
    if (trashedAt === null) book.announce(runIds);
    else events.emit('runs-removed', runIds);
  };

  return {
    on: events.on,
    onIdle(listener) {
      idleListeners.add(listener);
      return () => idleListeners.delete(listener);
    },
    activeCount: controller.activeCount,
    unstored: controller.unstored,

    waitForEnd: (runIds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!runIds.every((id) => ENDED.has(book.get(id).status))) return;
          stop();
          resolve(runIds.map(book.item));
        };
        const stop = events.on('runs-changed', look);
        look();
      }),

    async close({ graceful } = { graceful: true }) {
      closing.abort(new Error('Espalier was closed.'));
      await datasets.cancelImport();
      await store.abandon();
      await controller.shutDown(graceful);
      await recorder.flush();
      await store.close();
    },

    listRuns: async () =>
      book
        .all()
        .filter((record) => record.trashedAt === null)
        .map(({ id }) => book.item(id)),
    listTrash: async () =>
      book
        .all()
        .filter((record) => record.trashedAt !== null)
        .sort((a, b) => (b.trashedAt ?? 0) - (a.trashedAt ?? 0))
        .map(({ id }) => book.item(id)),
    getRun: async (id) => {
      const { configuration, plan, checkpointEpoch, engineTitle, engineChoice } = book.get(id);
      return { item: book.item(id), configuration, plan, checkpointEpoch, engineTitle, engineChoice };
    },
    launchRuns: launch,
    async launchPreset(id) {
      const { configurations, study } = requirePreset(id);
      return launch(configurations, study);
    },

    async launchStudy(definition) {
      requireWrite();
      return studies.launch(definition);
    },
    listStudies: async () => studies.list(),
    getStudyResults: async (id) => studies.results(id),
    async resumeStudy(id) {
      requireWrite();
      return studies.resume(id);
    },
    exportStudy: async (id, format) => formatStudy(studies.results(id), format),
    exportStudyChart: async (id, chart, format) => studyCharts[chart](studies.results(id), format),

    async pauseRun(id) {
      requireWrite();
      await controller.pause(id);
    },
    async resumeRun(id) {
      requireWrite();
      const { name, trashedAt } = book.get(id);
      // It would train where nobody sees it.
      if (trashedAt !== null) throw new Error(`Run ${name} (${id}) is in the trash: restore it before you resume it.`);
      await controller.resume(id);
    },
    async cancelRun(id) {
      requireWrite();
      await controller.cancel([id]);
    },
    async cancelRuns(ids) {
      requireWrite();
      await controller.cancel(ids);
    },
    async renameRun(id, name) {
      requireWrite();
      await book.change(id, { name: name.trim() || runName({ ...book.get(id).configuration, name: '' }) });
    },
    trashRuns: (ids) => trash(ids, Date.now()),
    restoreRuns: (ids) => trash(ids, null),

    async listMetrics(id) {
      return store.read.metrics(id);
    },
    readSeries: (query) => store.read.series(query),
    readLog: (id) => store.read.log(id),
    maskTimeline: (id) => store.read.maskTimeline(id),
    maskView: (id, layer, update) => store.read.maskView(id, layer, update),

    measureRun: (id, measure, options) => store.read.measure(id, measure, options),

    checkConfiguration: async (input) => checkConfiguration(input, await catalogue.list()),
    forecastRun: async (input, targetRs) => forecastRun(input, targetRs, await catalogue.list(), book.all(), threadsOf),
    listPresets: async () =>
      presets.map(({ id, title, description, configurations }) => ({ id, title, description, configurations })),
    listStudyPresets: () => Promise.resolve([...studyPresets]),
    ...datasets,

    async exportRuns(ids, format) {
      const runs = ids.map((id) => ({ item: book.item(id), configuration: book.get(id).configuration }));
      return format === 'csv' ? toCsv(runs) : toJson(runs);
    },
    diagnostics: () => diagnose(environment, store),
    listCalibrations: () => Promise.resolve([...chooser.all()]),
    async calibrateEngines(input) {
      requireWrite();
      const [{ configuration }] = await requireRunnable([input]);
      const { shape, classes } = await catalogue.describe(configuration.dataset);
      const threads = threadsOf(configuration.threads);
      const wish = { configuration, threads, shape, classes: classes.length };
      return chooser.measure(wish, closing.signal);
    },
    getSettings: async () => settings,
    async changeSettings(change) {
      requireWrite();
      await store.write.changeSettings(change);
      settings = { ...settings, ...change };
      controller.queue.setLimit(runsAtOnce());
      controller.queue.pump();
      return settings;
    },
  };
}

/** Of a lab opened for reading: runs that nobody trains any more are told as what they are. */
async function showOrphansAsInterrupted(store: Store, records: RunRecord[]): Promise<void> {
  const { ownerAlive } = await store.read.information();
  if (ownerAlive) return;
  for (const record of records) {
    if (record.status === 'running' || record.status === 'paused') record.status = 'interrupted';
  }
}

/** Whatever is stored, the answer is valid: an unreadable setting is its default. */
function readSettings(stored: Partial<LabSettings>): LabSettings {
  const parsed = v.safeParse(labArguments.changeSettings, [stored]);
  return { ...defaultSettings, ...(parsed.success ? parsed.output[0] : {}) };
}

/** Where several configurations came, an issue tells which one it is of. */
function placed(issues: FieldIssue[], index: number, count: number): FieldIssue[] {
  if (count === 1) return issues;
  return issues.map(({ field, message }) => ({ field: `runs.${index}${field ? `.${field}` : ''}`, message }));
}
