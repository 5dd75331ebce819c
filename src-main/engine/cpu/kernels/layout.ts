/**
 * Where things lie in shared memory: 32-bit words of the blocks that TypeScript writes and the kernels read.
 * Compiled by both TypeScript and AssemblyScript, hence plain constants only.
 */

/** Samples of one feature that lie side by side; a tile holds `[feature][TILE]` floats. */
export const TILE = 32;
export const TILE_BYTES = 128;

// Control block: how the threads meet. Sequence and pending stand on cache lines of their own.
export const CONTROL_SEQUENCE = 0;
export const CONTROL_STAGE = 1;
export const CONTROL_PENDING = 16;
export const CONTROL_READY = 32;
export const CONTROL_FAILED = 33;
export const CONTROL_FAILURE_BYTES = 34;
export const CONTROL_FAILURE_TEXT = 35;
export const CONTROL_WORDS = 256;

// A stage: work items that any thread may take, in any order.
export const STAGE_KIND = 0;
export const STAGE_ITEMS = 1;
export const STAGE_OPERATIONS = 2;
export const STAGE_OPERATION_COUNT = 3;
export const STAGE_STEP = 4;
export const STAGE_GROWTH = 5;
export const STAGE_NEXT = 16;
export const STAGE_WORDS = 32;

/** Kinds of stage. Zero tells a thread to end. */
export const STAGE_END = 0;
/** Item = tile: forward through all operations. */
export const STAGE_FORWARD = 1;
/** Item = tile: forward, then backward to the activations of every operation. */
export const STAGE_FORWARD_BACKWARD = 2;
/** Item = block of rows of some operation: gradient of the weights, and the optimiser step. */
export const STAGE_UPDATE = 3;
/** Item = block of rows of one layer: gradients of the active weights, stored. */
export const STAGE_GRADIENT = 4;
/** Item = block of rows of one layer: candidates for growth. */
export const STAGE_GROWTH_SEARCH = 5;

// What all operations of a step share.
export const STEP_COUNT = 0;
export const STEP_TILES = 1;
export const STEP_NESTEROV = 2;
export const STEP_LEARNING_RATE = 3;
export const STEP_MOMENTUM = 4;
export const STEP_WEIGHT_DECAY = 5;
export const STEP_LABEL_SMOOTHING = 6;
/** 1 where cross-entropy leaves the gradient of the logits behind. */
export const STEP_BACKWARD = 7;
export const STEP_WORDS = 16;

// Operations. Word 0 is the kind.
export const OPERATION_PACK = 1;
export const OPERATION_LINEAR = 2;
export const OPERATION_RELU = 3;
export const OPERATION_CROSS_ENTROPY = 4;

export const PACK_FEATURES = 1;
export const PACK_PIXELS = 2;
export const PACK_OUTPUT = 3;
export const PACK_SCALE = 4;
export const PACK_SHIFT = 5;
export const PACK_WORDS = 8;

export const LINEAR_INPUTS = 1;
export const LINEAR_OUTPUTS = 2;
/** Rows of the weight matrix `[out, in]`: starts, byte offsets of the inputs in a tile, weights, momenta. */
export const LINEAR_STARTS = 3;
export const LINEAR_OFFSETS = 4;
export const LINEAR_WEIGHTS = 5;
export const LINEAR_MOMENTA = 6;
/** The same matrix by columns, zero where no gradient flows further back; `place` maps rows' order to columns'. */
export const LINEAR_COLUMN_STARTS = 7;
export const LINEAR_COLUMN_OFFSETS = 8;
export const LINEAR_COLUMN_WEIGHTS = 9;
export const LINEAR_PLACES = 10;
/** Zero where the layer has none. */
export const LINEAR_BIASES = 11;
export const LINEAR_BIAS_MOMENTA = 12;
/** First tiles; a tile has inputs or outputs times TILE_BYTES bytes. Zero input gradient: none is wanted. */
export const LINEAR_INPUT = 13;
export const LINEAR_INPUT_GRADIENT = 14;
export const LINEAR_OUTPUT = 15;
export const LINEAR_OUTPUT_GRADIENT = 16;
/** MODE_RELU where the output passes a ReLU; MODE_MASK where the input came through one. */
export const LINEAR_FORWARD_MODE = 17;
export const LINEAR_BACKWARD_MODE = 18;
/** Which spmm kernel: all give the same bits. */
export const LINEAR_VARIANT = 19;
/** Where STAGE_GRADIENT leaves gradients of weights and biases. */
export const LINEAR_GRADIENTS = 20;
export const LINEAR_BIAS_GRADIENTS = 21;
export const LINEAR_WORDS = 24;

export const MODE_PLAIN = 0;
export const MODE_RELU = 1;
export const MODE_MASK = 2;

export const RELU_FEATURES = 1;
export const RELU_INPUT = 2;
export const RELU_OUTPUT = 3;
export const RELU_WORDS = 4;

export const CROSS_ENTROPY_CLASSES = 1;
export const CROSS_ENTROPY_LOGITS = 2;
export const CROSS_ENTROPY_GRADIENT = 3;
export const CROSS_ENTROPY_LABELS = 4;
/** Per tile: summed loss (float64), correct (int32), padding. */
export const CROSS_ENTROPY_RESULTS = 5;
export const CROSS_ENTROPY_WORDS = 8;
export const RESULT_BYTES = 16;

/** Weights plus rows of one work item of the row stages. */
export const ROW_BLOCK = 2048;

// A search for growth candidates in one linear operation.
export const GROWTH_OPERATION = 0;
export const GROWTH_TILES = 1;
export const GROWTH_COUNT = 2;
export const GROWTH_CAPACITY = 3;
export const GROWTH_TIE_SEED = 4;
/** Bits by index of the active weight: 1 where it is dropped and so a candidate. */
export const GROWTH_DROPPED = 5;
/** Records (norm bits and index), by falling norm; only non-zero ones are counted. */
export const GROWTH_ROWS = 6;
export const GROWTH_ROW_COUNT = 7;
export const GROWTH_COLUMNS = 8;
export const GROWTH_COLUMN_COUNT = 9;
/** Per thread: `inputs` bytes of marks, `capacity` records, one count on its own cache line. */
export const GROWTH_MARKS = 10;
export const GROWTH_MARKS_STRIDE = 11;
export const GROWTH_CANDIDATES = 12;
export const GROWTH_FOUND = 13;
/** Bits of the smallest magnitude that can still matter; only ever rises. */
export const GROWTH_THRESHOLD = 16;
export const GROWTH_WORDS = 32;

/** A record: key (uint64, larger first), position (uint64, smaller first among equal keys). */
export const RECORD_BYTES = 16;
export const FOUND_STRIDE = 64;
export const ROWS_TOGETHER = 4;
