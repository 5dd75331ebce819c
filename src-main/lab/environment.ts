import type { GpuReport, TrainerStart } from '../contract/index.ts';
import type { StoreAccess } from '../store/methods.ts';
import type { TrainerListeners, TrainerThread } from './runs/trainer-process.ts';

/** Entries of the worker threads. They are elsewhere in the bundle than in the sources, so whoever starts the lab says. */
export interface WorkerUrls {
  training: URL;
  store: URL;
  /** Prepares a run's batches ahead of it. */
  batch: URL;
  /** Compute threads of the CPU engine. */
  kernel: URL;
  /** Imports a dataset. */
  import: URL;
}

/** Where WebGPU lives when this process cannot run it itself: the hidden window of the desktop app. */
export interface GpuHost {
  describe(): Promise<GpuReport>;
  /** Starts a run's trainer there, on the engine `webgpu`. */
  startTrainer(start: TrainerStart, listeners: TrainerListeners): TrainerThread;
}

/** Everything the lab must know of where and how it runs. */
export interface LabEnvironment {
  dataFolder: string;
  /** `read` looks without locking the data folder: for commands that must work beside an open window. */
  access: StoreAccess;
  /** Opens also where a run or a study cannot be read, without it: to look for what is damaged. */
  skipsUnreadable?: boolean;
  workers: WorkerUrls;
  /** Folder of `simd.wasm` and `relaxed.wasm`. */
  kernelsFolder: string;
  /** espalier.d.ts, the types that a method's file is written by. */
  methodTypesFile: string;
  /** Where there is none, WebGPU runs in the training thread itself, through Dawn. */
  gpu?: GpuHost;
  /** Folders with methods of a person's own, beside `methods` in the data folder. */
  methodsFolders?: readonly string[];
  /** Such a file is loaded once `trustMethod` has allowed its content: whoever started the lab asks the person. Else all are. */
  asksForMethods?: boolean;
  version: string;
  /** Failures are appended to it with their details; null keeps them in the run's log only. */
  logFile: string | null;
  /** Whether runs that were queued when Espalier last closed start by themselves. */
  startQueued: boolean;
  /** Runs that train side by side, in place of the setting. */
  runsAtOnce?: number;
  /** Larger datasets stream from disk while they are trained on; a quarter of the memory unless given. */
  residentBytes?: number;
  /** Asks the person for a dataset's folder or file; null where they decline. Without it a path must be named. */
  chooseDataset?: (what: 'folder' | 'file') => Promise<string | null>;
  /** Asks the person where to write a file of this name; null where they decline. Without it a path must be named. */
  chooseExport?: (name: string) => Promise<string | null>;
  /** Where Fashion-MNIST is looked for; Debian's folder unless given. */
  fashionMnistFolder?: string;
  /** Where official files of datasets are fetched from, instead of their publishers: `datasetMirror/ID/FILE`. */
  datasetMirror?: string;
}
