/**
 * How a layer leaves values and gradients, as bits of one word. Compiled by AssemblyScript too, hence plain constants only.
 */
export const MODE_PLAIN = 0;
/** Of values: what is below zero becomes zero. */
export const MODE_RELU = 1;
/** Of a gradient: zero where the input, which came through a ReLU, is not positive. */
export const MODE_MASK = 2;
/** Of a gradient: add to what is there. */
export const MODE_ACCUMULATE = 4;
/** Of a gradient: nothing to do, it is where it belongs already. */
export const MODE_NONE = 255;
