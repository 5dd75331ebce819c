/**
 * The CPU engine's kernels. Every thread has its own instance over one shared memory, so nothing here may need a heap,
 * a global or a data segment: kernels work on the addresses they are given.
 */
export { execute, countRowBlocks } from './stage';
export { mergeCandidates } from './growth-merge';
export { rankSide } from './growth-sides';
export { sumOfSquares } from './sum-of-squares';
export { transpose } from './transpose';
export { spmmHalves, spmmWhole } from './spmm';
export { peak } from './peak';
