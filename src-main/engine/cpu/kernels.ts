/** What the compiled kernels export; addresses and counts are unsigned 32-bit numbers. `kernels/` says what each does. */
export interface Kernels {
  execute(stage: number, thread: number): void;
  countRowBlocks(stage: number): number;
  rankSide(side: number, slots: number): void;
  mergeCandidates(
    growth: number,
    threads: number,
    count: number,
    size: number,
    best: number,
    rest: number,
    table: number,
  ): void;
  sumOfSquares(values: number, count: number): number;
  transpose(
    rows: number,
    columns: number,
    starts: number,
    offsets: number,
    weights: number,
    columnStarts: number,
    columnOffsets: number,
    columnWeights: number,
    permutation: number,
    kernel: number,
    back: boolean,
  ): void;
  spmmWhole: SparseTimesTile;
  spmmHalves: SparseTimesTile;
  peak(turns: number): number;
}

export type SparseTimesTile = (
  rows: number,
  starts: number,
  offsets: number,
  weights: number,
  biases: number,
  x: number,
  y: number,
  mode: number,
  mask: number,
) => void;

/** An instance of its own for each thread, all over one memory. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
