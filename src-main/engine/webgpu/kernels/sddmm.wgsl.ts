import type { Kernel } from '../kernel.ts';
import { GEOMETRY, LOCATE, NOWHERE } from './geometry.ts';

/** Threads that share the samples of one weight: together they read 128 bytes at once. */
const LANES = 8;
const GROUPS = 8;
/** Weights of one thread: they share the output's gradient in its registers. As many as lanes, who then have one each. */
const TOGETHER = LANES;
/** Weights of one row that a workgroup has. */
export const CHUNK = GROUPS * TOGETHER;

const each = (text: (j: number) => string, between = '\n') =>
  Array.from({ length: TOGETHER }, (_, j) => text(j)).join(between);

/**
 * Gradients at active weights alone: the product of the output's gradient and the input, summed over samples and the
 * pixels of one split; splits are added up, in order, by who reads them (`[split][weight]`). `chunks` holds row, first weight and
 * end.
 */
export const sparseGradients = {
  name: 'sparse-gradients',
  parameters: [...GEOMETRY, 'chunks', 'weights', 'pixels', 'pixelsPerSplit', 'splits'],
  buffers: {
    chunks: ['read', 'array<u32>'],
    entries: ['read', 'array<u32>'],
    inputs: ['read', 'activations'],
    outputGradients: ['read', 'array<vec4f>'],
    gradients: ['read_write', 'array<f32>'],
  },
  workgroup: [LANES, GROUPS],
  sum: 'eights',
  module: LOCATE,
  body: `
  let chunk = group.y * groups.x + group.x;
  if (chunk >= at.chunks) { return; }
  let row = chunks[3u * chunk];
  let first = chunks[3u * chunk + 1u];
  let end = chunks[3u * chunk + 2u];
${each((j) => `  let weight${j} = first + thread.y * ${TOGETHER}u + ${j}u;\n  let entry${j} = entries[min(weight${j}, end - 1u)];\n  var sum${j} = 0.0;`)}
  let last = min(at.pixels, (group.z + 1u) * at.pixelsPerSplit);
  for (var pixel = group.z * at.pixelsPerSplit; pixel < last; pixel++) {
    let y = pixel / at.outputWidth;
    let x = pixel % at.outputWidth;
    let slope = (pixel * at.outputChannels + row) * at.stride;
${each(
  (j) => `    let met${j} = inputRow(entry${j}, y, x);
    let isMet${j} = met${j} != ${NOWHERE};
    let from${j} = select(0u, met${j} * at.stride, isMet${j});`,
)}
    for (var vector = thread.x; vector < step.vectors; vector += ${LANES}u) {
      let d = outputGradients[slope + vector];
${each((j) => `      sum${j} += select(0.0, dot(d, inputsAt(from${j} + vector)), isMet${j});`)}
    }
  }
  let total = totalOfEight(array(${each((j) => `sum${j}`, ', ')}), local, lane);
  let weight = first + local;
  if (weight >= end) { return; }
  gradients[group.z * at.weights + weight] = total;`,
} as const satisfies Kernel;
