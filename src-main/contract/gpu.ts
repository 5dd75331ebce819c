import type { Amount } from './backlog.ts';
import type { CONTROL, TrainerStart } from './trainer.ts';

/** A graphics adapter as WebGPU describes it. */
export interface GpuAdapter {
  /** For the reader: `nvidia hopper`. */
  title: string;
  vendor: string;
  architecture: string;
  /** Computes on the processor: for tests, and never chosen by itself. */
  isSoftware: boolean;
  features: string[];
  /** Bytes that one buffer may have, which bounds the network that fits. */
  maxBufferBytes: number;
  /** Bytes of a buffer that a kernel may be given. */
  maxBindingBytes: number;
  /** Bytes that the threads of a workgroup may share, and how many these may be. */
  maxWorkgroupBytes: number;
  maxWorkgroupThreads: number;
  /** Threads of a subgroup, least and most; null where there are none, or it is not known. */
  subgroupSizes: [number, number] | null;
}

export type GpuReport = { available: true; adapter: GpuAdapter } | { available: false; reason: string };

/** From the app to the hidden page that owns the graphics card, each with a port for the answers. */
export type GpuPageRequest =
  /** Answered once with a `GpuReport`. */
  | { type: 'describe' }
  /** The first port is for `GpuPageNews`, the second the trainer's own; one follows for each of the helpers. */
  | { type: 'train'; runId: string; helpers: GpuTrainerHelper[] };

/**
 * A process that a trainer in the window asks for what the sandbox keeps from it. batches: of images on disk. method: what
 * a person's own method says and decides.
 */
export type GpuTrainerHelper = 'batches' | 'method';

/** No code reaches the window: a person's own method runs in another process. */
export type GpuTrainerStart = Omit<TrainerStart, 'methodSource'>;

/** From the page, on the first port of `train`; what comes the other way ends the trainer's thread. */
export interface GpuPageNews {
  type: 'crashed';
  message: string;
  detail: string;
}

/** To a trainer in the hidden page, on its own port; `TrainerEvent`s come back. */
export type GpuTrainerRequest =
  | { type: 'start'; start: GpuTrainerStart }
  | { type: 'command'; command: keyof typeof CONTROL }
  /** That much more of what it said is stored. */
  | { type: 'stored'; amount: Amount };
