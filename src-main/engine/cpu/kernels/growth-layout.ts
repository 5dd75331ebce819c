/** A search for growth candidates in one weight layer, read by TypeScript and AssemblyScript alike: plain constants only. */

export const GROWTH_OPERATION = 0;
export const GROWTH_TILES = 1;
export const GROWTH_COUNT = 2;
export const GROWTH_CAPACITY = 3;
export const GROWTH_TIE_SEED = 4;
/** Bits by index of the active weight: 1 where it is dropped and so a candidate. */
export const GROWTH_DROPPED = 5;
/** Where the search goes by bytes: its rows and its columns as SIDE blocks. */
export const GROWTH_ROWS = 6;
export const GROWTH_COLUMNS = 7;
/** What an item of the stage does: one of the phases below. */
export const GROWTH_PHASE = 8;
/** Per thread: a byte of marks for each column, `capacity` records, one count on its own cache line. */
export const GROWTH_MARKS = 10;
export const GROWTH_MARKS_STRIDE = 11;
export const GROWTH_CANDIDATES = 12;
export const GROWTH_FOUND = 13;
/** Where it does not: byte offset by column, and per thread room for gradients. */
export const GROWTH_OFFSETS = 14;
export const GROWTH_SCRATCH = 15;
/** Bits of the smallest magnitude that can still matter; only ever rises. */
export const GROWTH_THRESHOLD = 16;
export const GROWTH_FAN_IN = 17;
export const GROWTH_SCRATCH_STRIDE = 18;
/** Room for a sample of so many gradient magnitudes, `[row][column]`; columns by fours. */
export const GROWTH_SAMPLE = 19;
export const GROWTH_SAMPLE_ROWS = 20;
export const GROWTH_SAMPLE_COLUMNS = 21;
export const GROWTH_WORDS = 32;

/** Candidates among some rows: by bytes, and by windows. */
export const PHASE_SEARCH = 0;
export const PHASE_SEARCH_WINDOWS = 1;
/** Some features into bytes; a row of the sample. */
export const PHASE_PREPARE = 2;
export const PHASE_SAMPLE = 3;

/** One side of the product that the gradients are: activations (columns), or gradients of activations (rows). */
export const SIDE_VALUES = 0;
export const SIDE_TILE_BYTES = 1;
export const SIDE_FEATURES = 2;
/** Features that are not zero throughout; they alone have a rank. */
export const SIDE_COUNT = 3;
/** `[feature][tiles * TILE]` bytes. */
export const SIDE_SAMPLES = 4;
/** By feature: BOUND words, of which SIDE_RANKED holds those of the ranked ones, each in a row of its own. */
export const SIDE_BOUNDS = 5;
/** By rank, by falling norm up to an eighth of a power of two: the feature; the BOUND words. */
export const SIDE_ORDER = 6;
export const SIDE_RANKED = 7;
/** Bytes from one row of SIDE_RANKED to the next. */
export const SIDE_STRIDE = 8;
export const SIDE_WORDS = 16;
/** Not below the norm; the factor that values have in bytes. */
export const BOUND_NORM = 0;
export const BOUND_FACTOR = 1;
/** Of a column in bytes, its norm, and the norm of what they leave out; of a row, what it makes of the limit times these. */
export const BOUND_LENGTH = 2;
export const BOUND_ERROR = 3;
/** What products are too large by, where both have these bits: of a row a whole number, of a column none or all bits. */
export const BOUND_EXCESS = 4;
export const BOUND_BYTES = 20;
/** Samples of which no sum of products overflows 32 bits, nor one of the row's times the column's excess. */
export const MOST_SIDE_SAMPLES = 1 << 18;
/** Features of one work item of PHASE_PREPARE, and ranked rows of one of PHASE_SEARCH. */
export const SIDE_BLOCK = 32;
export const SEARCH_ROWS = 8;

/** A record: key (uint64, larger first), position (uint64, smaller first among equal keys). */
export const RECORD_BYTES = 16;
export const FOUND_STRIDE = 64;
export const ROWS_TOGETHER = 4;
