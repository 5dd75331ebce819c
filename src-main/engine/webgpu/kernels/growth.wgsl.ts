import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';

/** Magnitudes order like their bits: a bin is the upper half of them. */
export const BINS = 32768;
const THREADS = 256;

/** Adds the parts of a block's gradients up, in order, into the first. */
export const addSplits = {
  name: 'growth-add-splits',
  parameters: ['values', 'splits'],
  buffers: { gradients: ['read_write', 'array<f32>'] },
  workgroup: [FLAT_THREADS, 1],
  body: `${FLAT_INDEX}
  if (i >= at.values) { return; }
  var sum = gradients[i];
  for (var split = 1u; split < at.splits; split++) { sum += gradients[split * at.values + i]; }
  gradients[i] = sum;`,
} as const satisfies Kernel;

/** Takes what is active and not dropped out of a block of gradients: zero gradients are no candidates. */
export const hideActive = {
  name: 'growth-hide-active',
  parameters: ['firstRow', 'fanIn', 'kernelHeight', 'kernelWidth'],
  buffers: {
    starts: ['read', 'array<u32>'],
    entries: ['read', 'array<u32>'],
    dropped: ['read', 'array<u32>'],
    gradients: ['read_write', 'array<f32>'],
  },
  workgroup: [64, 1],
  body: `
  let row = at.firstRow + group.x;
  for (var k = starts[row] + local; k < starts[row + 1u]; k += 64u) {
    if (((dropped[k / 32u] >> (k % 32u)) & 1u) == 0u) {
      let entry = entries[k];
      let column = ((entry >> 8u) * at.kernelHeight + ((entry >> 4u) & 15u)) * at.kernelWidth + (entry & 15u);
      gradients[group.x * at.fanIn + column] = 0.0;
    }
  }`,
} as const satisfies Kernel;

/** Counts magnitudes by bin, over all blocks, from the threshold up. `state`: threshold, number of records. */
export const countMagnitudes = {
  name: 'growth-count',
  parameters: ['values'],
  buffers: {
    gradients: ['read', 'array<u32>'],
    state: ['read_write', 'array<u32>'],
    bins: ['read_write', 'array<atomic<u32>>'],
  },
  workgroup: [FLAT_THREADS, 1],
  body: `${FLAT_INDEX}
  if (i >= at.values) { return; }
  let magnitude = gradients[i] & 0x7fffffffu;
  if (magnitude >= state[0]) { atomicAdd(&bins[magnitude >> 16u], 1u); }`,
} as const satisfies Kernel;

/** Raises the threshold to the lowest magnitude of the bin in which the wanted number is reached, if it is. */
export const raiseThreshold = {
  name: 'growth-threshold',
  parameters: ['wanted'],
  buffers: { bins: ['read', 'array<u32>'], state: ['read_write', 'array<u32>'] },
  workgroup: [THREADS, 1],
  module: `var<workgroup> totals: array<u32, ${THREADS}>;`,
  body: `
  let first = local * ${BINS / THREADS}u;
  var sum = 0u;
  for (var b = 0u; b < ${BINS / THREADS}u; b++) { sum += bins[first + b]; }
  totals[local] = sum;
  workgroupBarrier();
  if (local != 0u) { return; }
  var above = 0u;
  var part = ${THREADS}u;
  while (part > 0u) {
    if (above + totals[part - 1u] >= at.wanted) { break; }
    part--;
    above += totals[part];
  }
  if (part == 0u) { return; }
  var bin = part * ${BINS / THREADS}u;
  while (above < at.wanted) {
    bin--;
    above += bins[bin];
  }
  state[0] = max(state[0], bin << 16u);`,
} as const satisfies Kernel;

/** Records (row, column, magnitude) of a block that reach the threshold, in no order; counts also those beyond the room. */
export const collectCandidates = {
  name: 'growth-collect',
  parameters: ['values', 'firstRow', 'fanIn', 'room'],
  buffers: {
    gradients: ['read', 'array<u32>'],
    state: ['read_write', 'array<atomic<u32>>'],
    records: ['read_write', 'array<u32>'],
  },
  workgroup: [FLAT_THREADS, 1],
  body: `${FLAT_INDEX}
  if (i >= at.values) { return; }
  let magnitude = gradients[i] & 0x7fffffffu;
  if (magnitude < atomicLoad(&state[0])) { return; }
  let record = atomicAdd(&state[1], 1u);
  if (record >= at.room) { return; }
  records[3u * record] = at.firstRow + i / at.fanIn;
  records[3u * record + 1u] = i % at.fanIn;
  records[3u * record + 2u] = magnitude;`,
} as const satisfies Kernel;
