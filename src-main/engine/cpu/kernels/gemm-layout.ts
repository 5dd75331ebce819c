/**
 * A weight layer in dense storage, read by TypeScript and AssemblyScript alike: plain constants only. Its words are
 * those of OPERATION_WEIGHTS where these mean the same; pattern, variant and block have no meaning here.
 */

export const OPERATION_DENSE = 32;

/** Bytes from one row of weights, momenta and gradients `[out, fan-in]` to the next; what pads a row stays zero. */
export const DENSE_ROW_BYTES = 24;
/** One bit for each of the weights, 1 where it is active; zero where all are. */
export const DENSE_ACTIVE = 25;
/** Byte offset of each column's input from a pixel's window. */
export const DENSE_OFFSETS = 26;
export const DENSE_FAN_IN = 27;
/** Bytes from an input channel's weights to the next one's, in the same row. */
export const DENSE_CHANNEL_BYTES = 28;
/** For each pass of the way back: see PASS_TERMS. */
export const DENSE_PASS_TERMS = 29;
/** DENSE_SCRATCH_BYTES for each thread. */
export const DENSE_SCRATCH = 30;
export const DENSE_WORDS = 32;

/** A pass's terms, how many there are, and byte offset of its first channel's weights in a row. */
export const PASS_TERMS = 0;
export const PASS_TERM_COUNT = 1;
export const PASS_FIRST_WEIGHT = 2;
export const PASS_TERMS_WORDS = 4;

/** A term of the sums of the way back: byte offsets of the output's gradient from the window, and of the weight. */
export const TERM_WORDS = 2;

/** Rows of one work item of the row stages, and columns whose gradients are complete before their step is made. */
export const DENSE_ROWS = 16;
export const DENSE_COLUMNS = 128;
/** Columns whose inputs stay in the nearest cache while the rows of a block go by. */
export const DENSE_NEAR_COLUMNS = 16;
/** Running sums (four lanes each, even and odd vectors of samples) of DENSE_ROWS x DENSE_NEAR_COLUMNS weights. */
export const DENSE_SUMS_BYTES = 8192;
/** Running sums, then DENSE_ROWS x DENSE_COLUMNS gradients. */
export const DENSE_SCRATCH_BYTES = 16384;
