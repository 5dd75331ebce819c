import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  ENDED,
  type LabApi,
  type MethodCatalogue,
  type MethodFileReport,
  type MethodSource,
  type RunListItem,
} from '../contract/index.ts';
import { createDatasetCatalogue } from '../datasets/catalogue.ts';
import { openStore, type Store } from '../store/client.ts';
import { StoreError } from '../store/errors.ts';
import type { RunRecord } from '../store/records.ts';
import type { Method } from '../topology/methods/index.ts';
import { createDatasetMethods } from './datasets/dataset-methods.ts';
import { diagnose } from './diagnostics.ts';
import { createEngineChooser } from './engines/engine-chooser.ts';
import type { LabEnvironment } from './environment.ts';
import { createLabEmitter, type LabEmitter } from './events.ts';
import { checkMethodHere, type MethodCheckReport } from './methods/check/index.ts';
import { createLabMethods } from './methods/lab-methods.ts';
import { createMethodFileMethods } from './methods/method-file-methods.ts';
import { writeNewMethod } from './methods/new-method.ts';
import { METHODS_FOLDER } from './methods/method-folder.ts';
import { methodToGoOnBy } from './methods/run-method.ts';
import { openTrustedMethods } from './methods/trusted-methods.ts';
import { createLogFile } from './log-file.ts';
import { createPlanningMethods } from './planning-methods.ts';
import { createExportMethods } from './runs/mask-export/export-methods.ts';
import { createRecorder } from './runs/recorder.ts';
import { createRunBook, type RunBook } from './runs/run-book.ts';
import { createRunController } from './runs/run-controller.ts';
import { createRunLaunch } from './runs/run-launch.ts';
import { createRunMethods } from './runs/run-methods.ts';
import { resolveThreads } from './runs/run-threads.ts';
import { openSettings } from './settings.ts';
import { createStudies } from './studies/studies.ts';
import { createStudyMethods } from './studies/study-methods.ts';
import { createVerification } from './verification.ts';
import type { Unstored } from './runs/unstored.ts';

/** The lab: what a person does with runs, for any face. */
export interface Lab extends LabApi {
  /** Tells of what happens; returns the function that stops listening. */
  on: LabEmitter['on'];
  /** The methods that a configuration may name. */
  methods(): MethodCatalogue<Method>;
  /** What became of the files with methods of a person's own. */
  methodFiles(): MethodFileReport[];
  /**
   * Writes a running template of a method: into the data folder's methods unless a folder is named. Returns its files.
   * @throws NewMethodError where its name is none or taken, or there is such a file
   */
  writeNewMethod(name: string, options: { folder?: string; isTypeScript: boolean }): string[];
  /** Trains tiny networks by a method's file, and compares what it declares with what happened. */
  checkMethodFile(
    source: Pick<MethodSource, 'file' | 'code'>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<MethodCheckReport>;
  /** Called whenever the last run has ended and nothing waits to start; returns the function that stops listening. */
  onIdle(listener: () => void): () => void;
  /** Runs with a thread of their own now, paused ones among them. */
  activeCount(): number;
  /** What runs have said, or come to, that is not stored yet. */
  unstored(): Unstored;
  /** The runs once all of them are over. */
  waitForEnd(runIds: string[]): Promise<RunListItem[]>;
  /** Compares what is stored with its checksums; changes nothing. */
  verification: ReturnType<typeof createVerification>;
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
  const records = await store.read.runs(environment.skipsUnreadable);
  if (access === 'read') await showOrphansAsInterrupted(store, records);
  const settings = await openSettings(store);
  const runsAtOnce = (): number => environment.runsAtOnce ?? settings.get().concurrency;
  const threadsOf = (threads: number): number => resolveThreads(threads, runsAtOnce());
  const requireWrite = (): void => {
    if (access === 'read') {
      throw new StoreError('read-only', `The data folder ${dataFolder} was opened for reading only.`);
    }
  };
  /** Datasets are files beside the store: writing them would make anew a data folder that was moved away. */
  const requireFolder = (): void => {
    requireWrite();
    if (existsSync(dataFolder)) return;
    throw new StoreError('folder-gone', `The data folder ${dataFolder} is not there any more: put it back first.`);
  };

  const methodsFolder = join(dataFolder, METHODS_FOLDER);
  const methods = createLabMethods({
    folders: [methodsFolder, ...(environment.methodsFolders ?? [])],
    trusted: environment.asksForMethods ? await openTrustedMethods(store) : null,
    onChanged: (files) => events.emit('methods-changed', files),
  });
  await methods.refresh();
  const book = createRunBook(store, events, records, methods, (id) => controller.queue.position(id));
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
    methods,
    logFile,
    concurrency: access === 'write' ? runsAtOnce() : 0,
    threadsOf,
    onIdle: () => idleListeners.forEach((listener) => listener()),
  });
  for (const { id, status, ownMethod } of records) {
    const mayStart = environment.startQueued && (!ownMethod || methods.isAllowed(ownMethod.source));
    if (status === 'queued') controller.queue.add(id, { held: !mayStart });
  }
  controller.queue.pump();

  const runs = createRunLaunch({ store, book, catalogue, controller, methods, threadsOf });
  const studies = createStudies({
    store,
    book,
    methods,
    records: await store.read.studies(environment.skipsUnreadable),
    prepare: runs.prepare,
    enqueue: runs.enqueue,
    requireSameMethod: (record) => void methodToGoOnBy(record, methods, false),
    resumeRun: (id) => controller.resume(id),
  });
  const datasets = createDatasetMethods({ environment, catalogue, events, requireWrite: requireFolder });

  const runMethods = createRunMethods({ store, book, methods, controller, runs, requireWrite });
  const exports = createExportMethods(runMethods, events, environment);

  return {
    ...runMethods,
    ...exports,
    ...createStudyMethods({ studies, requireWrite }),
    ...createPlanningMethods({
      ...{ book, catalogue, chooser, methods, runs, threadsOf, requireWrite },
      closing: closing.signal,
    }),
    ...createMethodFileMethods({
      ...{ folder: methodsFolder, methods, book, requireWrite },
      async release(ids) {
        for (const id of ids) controller.queue.release(id);
        controller.queue.pump();
        await controller.started(ids);
      },
    }),
    ...datasets,
    diagnostics: () => diagnose(environment, store),
    getSettings: async () => settings.get(),
    async changeSettings(change) {
      requireWrite();
      const changed = await settings.change(change);
      const waiting = [...controller.queue.waiting()];
      controller.queue.setLimit(runsAtOnce());
      controller.queue.pump();
      await controller.started(waiting);
      return changed;
    },

    on: events.on,
    onIdle(listener) {
      idleListeners.add(listener);
      return () => idleListeners.delete(listener);
    },
    methods: methods.all,
    methodFiles: methods.files,
    writeNewMethod: (name, { folder = join(dataFolder, METHODS_FOLDER), isTypeScript }) =>
      writeNewMethod(folder, name, { isTypeScript, methods: methods.all(), typesFile: environment.methodTypesFile }),
    checkMethodFile: (source, onProgress) => checkMethodHere(environment, source, onProgress),
    activeCount: controller.activeCount,
    unstored: controller.unstored,
    verification: createVerification(store, catalogue),
    waitForEnd: (runIds) => waitForEnd(runIds, book, events),
    async close({ graceful } = { graceful: true }) {
      closing.abort(new Error('Espalier was closed.'));
      await datasets.cancelImport();
      await exports.cancelExport();
      // The store hears of it when it comes to it; until then no run trains on.
      await Promise.all([store.abandon(), controller.shutDown(graceful)]);
      await recorder.flush();
      await store.close();
    },
  };
}

function waitForEnd(runIds: string[], book: RunBook, events: LabEmitter): Promise<RunListItem[]> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!runIds.every((id) => ENDED.has(book.get(id).status))) return;
      stop();
      resolve(runIds.map(book.item));
    };
    const stop = events.on('runs-changed', look);
    look();
  });
}

/** Of a lab opened for reading: runs that nobody trains any more are shown as what they are. */
async function showOrphansAsInterrupted(store: Store, records: RunRecord[]): Promise<void> {
  const { ownerAlive } = await store.read.information();
  if (ownerAlive) return;
  for (const record of records) {
    if (record.status === 'running' || record.status === 'paused') record.status = 'interrupted';
  }
}
