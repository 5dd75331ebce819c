/** Words of a dense operation, read by TypeScript and AssemblyScript alike: plain constants only. */

export const OPERATION_DENSE = 32;

export const DENSE_INPUTS = 1;
export const DENSE_OUTPUTS = 2;
/** Weights and momenta `[out, in]`, rows `DENSE_STRIDE` bytes apart; what pads a row stays zero. */
export const DENSE_WEIGHTS = 3;
export const DENSE_MOMENTA = 4;
export const DENSE_STRIDE = 5;
/** One bit for each place of the weights, 1 where it is active; zero where all are. */
export const DENSE_ACTIVE = 6;
/** Zero where the layer has none. */
export const DENSE_BIASES = 7;
export const DENSE_BIAS_MOMENTA = 8;
/** First tiles, as those of a linear operation. */
export const DENSE_INPUT = 9;
export const DENSE_INPUT_GRADIENT = 10;
export const DENSE_OUTPUT = 11;
export const DENSE_OUTPUT_GRADIENT = 12;
export const DENSE_FORWARD_MODE = 13;
export const DENSE_BACKWARD_MODE = 14;
/** Byte offsets of the inputs and of the outputs in a tile. */
export const DENSE_INPUT_OFFSETS = 15;
export const DENSE_OUTPUT_OFFSETS = 16;
/** DENSE_SCRATCH_BYTES for each thread. */
export const DENSE_SCRATCH = 17;
/** Where STAGE_GRADIENT leaves gradients: laid out like the weights, and the biases'. */
export const DENSE_GRADIENTS = 18;
export const DENSE_BIAS_GRADIENTS = 19;
export const DENSE_WORDS = 24;

/** Rows of one work item of the row stages, and columns whose gradients are complete before their step is made. */
export const DENSE_ROWS = 16;
export const DENSE_COLUMNS = 128;
/** Running sums of 2 x 4 weights (four lanes each, even and odd vectors of samples), then DENSE_ROWS x DENSE_COLUMNS gradients. */
export const DENSE_SUMS_BYTES = 256;
export const DENSE_SCRATCH_BYTES = 8448;
