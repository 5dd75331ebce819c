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
  places: number;
  /** 0 where the layer has no biases. */
  biases: number;
  biasMomenta: number;
}
