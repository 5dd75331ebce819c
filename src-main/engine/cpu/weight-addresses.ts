/** Where a sparse layer's arrays are in shared memory. */
export interface WeightAddresses {
  starts: number;
  offsets: number;
  weights: number;
  momenta: number;
  /** 0 where there is no copy by columns. */
  columnStarts: number;
  columnOffsets: number;
  columnWeights: number;
  /** From the order by rows to that by columns, or back. */
  permutation: number;
  /** 0 where the layer has no biases. */
  biases: number;
  biasMomenta: number;
}
