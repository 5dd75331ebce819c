import type { StoreRequest } from './protocol.ts';
import type { StoreReads, StoreWrites } from './methods.ts';

/** How a request is carried out. */
export interface RequestPolicy {
  /** While the data folder is away. `answer` needs no folder: what was open stays open. */
  away: 'wait' | 'refuse' | 'skip' | 'answer';
  /** Shares a transaction with its neighbours; it need not survive a loss of power at once. */
  shared: boolean;
}

/** What a run records waits for the folder; what a person asks for is refused at once, with the reason. */
const WRITES: Record<keyof StoreWrites, RequestPolicy> = {
  createRuns: { away: 'refuse', shared: false },
  createStudy: { away: 'refuse', shared: false },
  addStudyRuns: { away: 'refuse', shared: false },
  adoptOrphans: { away: 'refuse', shared: false },
  changeSettings: { away: 'refuse', shared: false },
  changeRuns: { away: 'wait', shared: false },
  changeRunMethod: { away: 'refuse', shared: false },
  saveCheckpoint: { away: 'wait', shared: false },
  rewind: { away: 'wait', shared: false },
  heartbeat: { away: 'skip', shared: true },
  appendBatches: { away: 'wait', shared: true },
  startMasks: { away: 'wait', shared: true },
  appendMaskUpdate: { away: 'wait', shared: true },
  noteAftermath: { away: 'wait', shared: true },
};

/** Checkpoints are files, found by their path. */
const FILE_READS: ReadonlySet<string> = new Set<keyof StoreReads>(['checkpoint']);

export function policyOf(request: StoreRequest): RequestPolicy {
  if (request.kind === 'write') return WRITES[request.method];
  const waits = request.kind === 'read' && FILE_READS.has(request.method);
  return { away: waits ? 'wait' : 'answer', shared: false };
}
