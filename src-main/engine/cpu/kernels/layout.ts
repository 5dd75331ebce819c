/**
 * Where things are in shared memory: 32-bit words of the blocks that TypeScript writes and the kernels read.
 * Compiled by both TypeScript and AssemblyScript, hence plain constants only.
 */

/** Samples of one feature that are side by side; a tile holds `[feature][TILE]` floats. */
export const TILE = 32;
export const TILE_BYTES = 128;
/** Half of them, a cache line: the sums of the weights' gradients go by halves. */
export const HALF_BYTES = 64;

// Control block: how the threads meet. Sequence and gate stand on cache lines of their own.
export const CONTROL_SEQUENCE = 0;
export const CONTROL_STAGE = 1;
/** How many threads are inside the stage at hand, the opener's aside; CLOSED where none may enter. */
export const CONTROL_GATE = 16;
export const GATE_CLOSED = -1;
export const CONTROL_READY = 32;
export const CONTROL_FAILED = 33;
export const CONTROL_FAILURE_BYTES = 34;
export const CONTROL_FAILURE_TEXT = 35;
export const CONTROL_WORDS = 256;

// A stage: work items that any thread may take, in any order.
export const STAGE_KIND = 0;
export const STAGE_ITEMS = 1;
/** Tasks: pairs of an operation and a verb. */
export const STAGE_TASKS = 2;
export const STAGE_TASK_COUNT = 3;
export const STAGE_STEP = 4;
export const STAGE_GROWTH = 5;
/** Items that a tile is cut into. */
export const STAGE_STRIPS_A_TILE = 6;
export const STAGE_NEXT = 16;
export const STAGE_WORDS = 32;

// Kinds of stage.
/** Item = strip of rows of the images of one tile: all tasks, one after the other. */
export const STAGE_STRIPS = 1;
/** Item = block of channels of one batch norm. */
export const STAGE_CHANNELS = 2;
/** Item = block of rows of some operation: gradient of the weights, and the optimiser step. */
export const STAGE_UPDATE = 3;
/** Item = block of turned rows of one layer: gradients of its inputs, and the optimiser step of its weights. */
export const STAGE_FUSED = 6;
/** Item = block of rows of one layer: gradients of the active weights, stored. */
export const STAGE_GRADIENT = 4;
/** Item = block of rows of one layer: candidates for growth. */
export const STAGE_GROWTH_SEARCH = 5;

/** Item = rewiring of one layer: see REWIRE. Its tasks are these, without verbs. */
export const STAGE_REWIRE = 7;

export const TASK_WORDS = 2;
/** Verbs of a task. Forward goes by strips of the output, backward by strips of the input. */
export const VERB_FORWARD = 0;
export const VERB_BACKWARD = 1;
/** Batch norm: sums over a strip of its input, or of its output's gradient. */
export const VERB_STATISTICS = 2;
export const VERB_BACKWARD_STATISTICS = 3;
/** Batch norm, by channels: coefficients of what comes next, from these sums or from the running statistics. */
export const VERB_FINISH = 4;
export const VERB_BACKWARD_FINISH = 5;
export const VERB_EVALUATE = 6;
/** A sparse convolution's way back and its weights' step together, by blocks of its turned rows. */
export const VERB_BACKWARD_UPDATE = 7;

// What all operations of a step share.
export const STEP_COUNT = 0;
export const STEP_TILES = 1;
export const STEP_NESTEROV = 2;
export const STEP_LEARNING_RATE = 3;
export const STEP_MOMENTUM = 4;
export const STEP_WEIGHT_DECAY = 5;
export const STEP_LABEL_SMOOTHING = 6;
/** 1 in a training step: cross-entropy leaves the gradient of the logits behind, dropout drops. */
export const STEP_TRAINING = 7;
export const STEP_DROPOUT_SEED = 8;
/** Each thread's own room, for what a work item needs while it lasts; see SCRATCH. */
export const STEP_SCRATCH = 9;
export const STEP_SCRATCH_STRIDE = 10;
/** Of the own label in the loss; 1 where nothing is mixed. */
export const STEP_OWN_SHARE = 11;
export const STEP_WORDS = 16;
/** Behind the words: TILE lanes of ones, then TILE lanes that are ones for the samples of the last tile, else zero. */
export const STEP_LANES = 64;
export const STEP_BYTES = 320;

// A tensor: activations `[tile][y][x][channel][TILE]` and their gradients, each inside a halo of zeros of its own.
// Both addresses are those of channel 0 of pixel (0, 0) of tile 0.
export const TENSOR_VALUES = 0;
export const TENSOR_VALUE_ROW_BYTES = 1;
export const TENSOR_VALUE_TILE_BYTES = 2;
/** Zero where no gradient flows this far back. */
export const TENSOR_GRADIENTS = 3;
export const TENSOR_GRADIENT_ROW_BYTES = 4;
export const TENSOR_GRADIENT_TILE_BYTES = 5;
export const TENSOR_HEIGHT = 6;
export const TENSOR_WIDTH = 7;
export const TENSOR_CHANNELS = 8;
export const TENSOR_PIXEL_BYTES = 9;
/** Work items that the rows of a tile's images are split into. */
export const TENSOR_STRIPS = 10;
export const TENSOR_WORDS = 16;

// Operations. The first words of all are the same.
export const OPERATION_KIND = 0;
export const OPERATION_INPUT = 1;
export const OPERATION_OUTPUT = 2;
/** MODE_RELU where the output passes a ReLU. */
export const OPERATION_FORWARD_MODE = 3;
/** How the gradient of the input is left: MODE_ACCUMULATE, MODE_MASK. */
export const OPERATION_BACKWARD_MODE = 4;

export const OPERATION_PACK = 1;
export const OPERATION_WEIGHTS = 2;
export const OPERATION_RELU = 3;
export const OPERATION_CROSS_ENTROPY = 4;
export const OPERATION_NORM = 5;
export const OPERATION_POOL = 6;
export const OPERATION_ADD = 7;
export const OPERATION_DROPOUT = 8;
export const OPERATION_FLATTEN = 9;

export const PACK_PIXELS = 5;
export const PACK_SCALE = 6;
export const PACK_SHIFT = 7;
export const PACK_WORDS = 8;

/** Rows of the weight matrix: starts, byte offsets of the inputs from a pixel's window, weights, momenta. */
export const WEIGHTS_STARTS = 5;
export const WEIGHTS_OFFSETS = 6;
export const WEIGHTS_WEIGHTS = 7;
export const WEIGHTS_MOMENTA = 8;
/** The matrix for the way back, zero where no gradient flows further; the permutation maps rows' order to its order, or back
 * where its weights make their step with it. */
export const WEIGHTS_COLUMN_STARTS = 9;
export const WEIGHTS_COLUMN_OFFSETS = 10;
export const WEIGHTS_COLUMN_WEIGHTS = 11;
export const WEIGHTS_PERMUTATION = 12;
/** Zero where the layer has none. */
export const WEIGHTS_BIASES = 13;
export const WEIGHTS_BIAS_MOMENTA = 14;
/** Which spmm kernel: all give the same bits. */
export const WEIGHTS_VARIANT = 15;
/** Where gradients of weights and biases are left; only some stages write them. */
export const WEIGHTS_GRADIENTS = 16;
export const WEIGHTS_BIAS_GRADIENTS = 17;
/** Pixels of the input from one pixel's window to the next, and around the image. */
export const WEIGHTS_STRIDE = 18;
export const WEIGHTS_PADDING = 19;
/** Passes of the way back: see PASS. */
export const WEIGHTS_PASSES = 20;
export const WEIGHTS_PASS_COUNT = 21;
/** Weights plus rows of one work item of the row stages. */
export const WEIGHTS_BLOCK = 22;
/** Rows and columns of a window in pixels: height + width * 2^16. */
export const WEIGHTS_KERNEL = 23;
export const WEIGHTS_WORDS = 24;

/**
 * A pass of the way back: the pixels of the input that one set of kernel positions reaches (for stride s there are s * s
 * of them), and the rows of the matrix that hold these positions.
 */
export const PASS_FIRST_ROW = 0;
export const PASS_ROWS = 1;
/** First pixel and how many there are, each STRIDE from the one before. */
export const PASS_Y = 2;
export const PASS_X = 3;
export const PASS_HEIGHT = 4;
export const PASS_WIDTH = 5;
/** Bytes from pixel (0, 0) of the output's gradient to the window of the first pixel; signed. */
export const PASS_WINDOW = 6;
/** Pixels that the windows of this pass reach, as WEIGHTS_KERNEL. */
export const PASS_KERNEL = 7;
export const PASS_WORDS = 8;

/** How kernel positions are in memory, for turning a matrix around: then two words for each position. */
export const KERNEL_CHANNELS = 0;
export const KERNEL_WIDTH = 1;
/** Pixels of an image row of the input, halo included. */
export const KERNEL_ROW_PIXELS = 2;
export const KERNEL_POSITIONS = 4;

export const NORM_SCALE = 5;
export const NORM_SHIFT = 6;
export const NORM_SCALE_MOMENTA = 7;
export const NORM_SHIFT_MOMENTA = 8;
export const NORM_RUNNING_MEAN = 9;
export const NORM_RUNNING_VARIANCE = 10;
/** `[channels][COEFFICIENTS]` */
export const NORM_COEFFICIENTS = 11;
/** `[items][channels][2 vectors]`: lanes of two sums. */
export const NORM_PARTIALS = 12;
export const NORM_WORDS = 16;
/** Forward: y = factor * z + constant. Backward: dz = slope * dy + curve * (z - mean) + level. */
export const COEFFICIENT_FACTOR = 0;
export const COEFFICIENT_CONSTANT = 1;
export const COEFFICIENT_MEAN = 2;
export const COEFFICIENT_DEVIATION_INVERSE = 3;
export const COEFFICIENT_SLOPE = 4;
export const COEFFICIENT_CURVE = 5;
export const COEFFICIENT_LEVEL = 6;
export const COEFFICIENT_BYTES = 32;
export const PARTIAL_BYTES = 32;
/** Channels of one work item. */
export const NORM_BLOCK = 64;

export const POOL_HEIGHT = 5;
export const POOL_WIDTH = 6;
export const POOL_STRIDE = 7;
export const POOL_PADDING = 8;
/** Max: `[tile][y][x][channel][TILE]` bytes, which position of the window was the largest. Average: 0. */
export const POOL_WINNERS = 9;
export const POOL_WORDS = 12;

/** The other summand; the mode for its gradient, or MODE_NONE. */
export const ADD_OTHER = 5;
export const ADD_OTHER_BACKWARD_MODE = 6;
export const ADD_WORDS = 8;

/** Keep where the hash is not below the threshold. */
export const DROPOUT_THRESHOLD = 5;
export const DROPOUT_FACTOR = 6;
export const DROPOUT_STREAM = 7;
export const DROPOUT_WORDS = 8;

export const PLAIN_WORDS = 8;

export const CROSS_ENTROPY_LABELS = 5;
/** Per tile: summed loss (float64), correct (int32), padding. */
export const CROSS_ENTROPY_RESULTS = 6;
/** Labels of the images that are mixed in. */
export const CROSS_ENTROPY_PARTNERS = 7;
export const CROSS_ENTROPY_WORDS = 8;
export const RESULT_BYTES = 16;
/** Two, so that more than 256 classes can be distinguished. */
export const LABEL_BYTES = 2;

/** Weights plus rows of one work item of the row stages: where each weight is one dot product, and at most. */
export const ROW_BLOCK = 2048;
export const LARGEST_ROW_BLOCK = 8192;

// Scratch while the gradients of one block of rows collect over many pixels: running vectors of each group of four
// weights of a row (or of each weight of a turned row, a quarter of that), then gradients of weights.
export const SCRATCH_GROUP_BYTES = 128;

/** A rewiring of one sparse layer, in one go: 1 once it is done, 0 where a list was refused and nothing changed. */
export const REWIRE_DONE = 0;
export const REWIRE_OUTPUTS = 1;
export const REWIRE_INPUTS = 2;
/** What it changes; WEIGHTS says what they are. */
export const REWIRE_STARTS = 3;
export const REWIRE_OFFSETS = 4;
export const REWIRE_WEIGHTS = 5;
export const REWIRE_MOMENTA = 6;
/** Column by offset / TILE_BYTES, and offset by column; both zero where offsets are columns. */
export const REWIRE_COLUMN_OF = 7;
export const REWIRE_OFFSET_OF = 8;
/** The two LISTs. */
export const REWIRE_DROPPED = 9;
export const REWIRE_GROWN = 10;
/** The copy for the way back, zero where there is none. */
export const REWIRE_TURNED_ROWS = 11;
export const REWIRE_COLUMN_STARTS = 12;
export const REWIRE_COLUMN_OFFSETS = 13;
export const REWIRE_COLUMN_WEIGHTS = 14;
export const REWIRE_PERMUTATION = 15;
export const REWIRE_KERNEL = 16;
/** Whether the permutation maps back. */
export const REWIRE_BACK = 17;
export const REWIRE_WORDS = 24;

/** Ascending positions (float64), how many, and room for where they stand: one more word each than there are. */
export const LIST_POSITIONS = 0;
export const LIST_COUNT = 1;
export const LIST_INDICES = 2;
export const LIST_ACTIVE = 3;
export const LIST_ROWS = 4;
export const LIST_OFFSETS = 5;
export const LIST_WORDS = 8;
