/** What a case may take. Processor time and not time on the clock, so that a busy machine raises no false alarm. */
export const LIMITS = {
  /** Of all threads of the host's process. */
  processorMilliseconds: 1000,
  /** On the clock, for a case that waits for what never comes. */
  waitingMilliseconds: 60_000,
  /** On the clock, in which a host neither answers nor ends a case. Well above what a case may wait. */
  silenceMilliseconds: 240_000,
  /** By which the host's resident memory may grow at its peak, and what one buffer may be asked for. */
  memoryMiB: 256,
  /** Heap of the host's process. */
  heapMiB: 1024,
  /** Resident memory at which a host is replaced after its batch. */
  hostMiB: 1024,
  /** That all cases together may leave behind, after a garbage collection. */
  keptMiB: 256,
  /** File descriptors that all cases together may leave open. */
  keptFiles: 64,
  /** Characters of a refusal. */
  messageCharacters: 2000,
} as const;
