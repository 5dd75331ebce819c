import type { Kernels } from './kernels.ts';
import type { PlannedLayer } from './layers.ts';
import type { SharedMemory } from './shared-memory.ts';

/** A search that was described in shared memory, and what it is made with. */
export interface Search {
  shared: SharedMemory;
  kernels: Kernels;
  /** Room until the search ends, not zeroed. */
  allocate(bytes: number): number;
  /** Address of the description. */
  growth: number;
  /** Room for a table. */
  table: number;
  planned: PlannedLayer;
  tiles: number;
  wanted: number;
  /** All threads go through the items of a phase. */
  run(phase: number, items: number): Promise<void>;
}

/** A search made ready. */
export interface OpenedSearch {
  /** Looks for the candidates that reach the threshold. */
  find(): Promise<void>;
  /** Bits of a magnitude that somewhat more than the wanted candidates probably reach; 0 where there is no telling. */
  guess: number;
}
