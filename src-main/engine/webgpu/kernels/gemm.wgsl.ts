import type { Kernel } from '../kernel.ts';
import { GEOMETRY, LOCATE, NOWHERE } from './geometry.ts';
import { LEAVE_GRADIENT, RELU } from './gradient-mode.ts';

/**
 * Threads along each side of a workgroup's block, and fours of rows and of columns of each of them. As many numbers of
 * the sum as a side has threads are worked on between two barriers: a divisor of 32, so that they never span two pixels.
 */
export interface Block {
  side: 8 | 16;
  rows: 1 | 2;
  columns: 1 | 2;
}

export const blockRows = ({ side, rows }: Block) => 4 * side * rows;
export const blockColumns = ({ side, columns }: Block) => 4 * side * columns;
const nameOf = ({ side, rows, columns }: Block) => `${side}-${rows}x${columns}`;

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * A block of a product, register-blocked: slices of both factors go through workgroup memory, and every thread adds up
 * four by four numbers (or twice as many in either direction) in its registers.
 * @param prepare what a thread works out once
 * @param left the vector of rows `4 * quad` to `4 * quad + 3` of the left factor at `depth`, as statements that set `value`
 * @param right the vector of columns `4 * quad` to `4 * quad + 3` of the right factor at `depth`
 * @param leftAlong whether neighbouring threads load neighbouring rows, or neighbouring depths of the left factor
 * @param rightAlong the same for columns of the right factor
 */
interface Product {
  block: Block;
  depth: string;
  prepare: string;
  left: (i: number) => string;
  right: (j: number) => string;
  leftAlong: 'rows' | 'depth';
  rightAlong: 'columns' | 'depth';
  perSlice?: string;
  /** What becomes of `sum`, four columns from `4 * quad` on, in `row`. */
  leave: string;
}

const product = ({ block, depth, prepare, left, right, leftAlong, rightAlong, perSlice = '', leave }: Product) => {
  const { side, rows: m, columns: n } = block;
  return `
  let firstRowQuad = group.y * ${side * m}u;
  let firstColumnQuad = group.x * ${side * n}u;
  let fast = local % ${side}u;
  let slow = local / ${side}u;
  let leftQuad = ${leftAlong === 'rows' ? 'fast' : 'slow'};
  let leftDepth = ${leftAlong === 'rows' ? 'slow' : 'fast'};
  let rightQuad = ${rightAlong === 'columns' ? 'fast' : 'slow'};
  let rightDepth = ${rightAlong === 'columns' ? 'slow' : 'fast'};
  ${prepare}
  ${upTo(m * n * 4)
    .map((i) => `var sum${i} = vec4f(0);`)
    .join(' ')}
  for (var slice = 0u; slice < ${depth}; slice += ${side}u) {
    ${perSlice}
    workgroupBarrier();
    ${upTo(m)
      .map(
        (i) => `{
      let depth = slice + leftDepth;
      let quad = firstRowQuad + ${i * side}u + leftQuad;
      var value = vec4f(0);
      ${left(i)}
      leftSlice[leftDepth * ${side * m}u + ${i * side}u + leftQuad] = value;
    }`,
      )
      .join('\n    ')}
    ${upTo(n)
      .map(
        (j) => `{
      let depth = slice + rightDepth;
      let quad = firstColumnQuad + ${j * side}u + rightQuad;
      var value = vec4f(0);
      ${right(j)}
      rightSlice[rightDepth * ${side * n}u + ${j * side}u + rightQuad] = value;
    }`,
      )
      .join('\n    ')}
    workgroupBarrier();
    for (var d = 0u; d < ${side}u; d++) {
      ${upTo(m)
        .map((i) => `let a${i} = leftSlice[d * ${side * m}u + ${i * side}u + slow];`)
        .join(' ')}
      ${upTo(n)
        .map((j) => `let b${j} = rightSlice[d * ${side * n}u + ${j * side}u + fast];`)
        .join(' ')}
      ${upTo(m * n * 4)
        .map((s) => `sum${s} += a${Math.floor(s / 4 / n)}[${s % 4}] * b${Math.floor(s / 4) % n};`)
        .join('\n      ')}
    }
  }
  ${upTo(m * n * 4)
    .map(
      (s) => `{
    let row = (firstRowQuad + ${Math.floor(s / 4 / n) * side}u + slow) * 4u + ${s % 4}u;
    let quad = firstColumnQuad + ${(Math.floor(s / 4) % n) * side}u + fast;
    let sum = sum${s};
    ${leave}
  }`,
    )
    .join('\n  ')}`;
};

const slices = ({ side, rows, columns }: Block) => `
var<workgroup> leftSlice: array<vec4f, ${side * side * rows}>;
var<workgroup> rightSlice: array<vec4f, ${side * side * columns}>;`;

const fourRows = (count: string, read: (row: string) => string, valid: string) => `
      if (${valid}) {
        let row = quad * 4u;
        value.x = ${read('min(row, ' + count + ' - 1u)')};
        value.y = ${read('min(row + 1u, ' + count + ' - 1u)')};
        value.z = ${read('min(row + 2u, ' + count + ' - 1u)')};
        value.w = ${read('min(row + 3u, ' + count + ' - 1u)')};
      }`;

/** Which pixel and which vector of samples each of a thread's columns is: columns run over pixels, then samples. */
const samplesOfColumns = ({ side, columns }: Block, width: string) =>
  upTo(columns)
    .map(
      (j) => `
  let column${j} = firstColumnQuad + ${j * side}u + rightQuad;
  let vector${j} = column${j} % step.vectors;
  let pixel${j} = column${j} / step.vectors;
  let y${j} = pixel${j} / at.${width};
  let x${j} = pixel${j} % at.${width};`,
    )
    .join('');

/** Y = W X: rows are outputs, columns pixels and samples; `table` has the entry of every column of the weights. */
export const denseForward = (block: Block) =>
  ({
    name: `dense-forward-${nameOf(block)}`,
    parameters: [...GEOMETRY, 'pixels', 'fanIn', 'rectified', 'hasBiases'],
    buffers: {
      table: ['read', 'array<u32>'],
      weights: ['read', 'array<f32>'],
      biases: ['read', 'array<f32>'],
      inputs: ['read', 'activations'],
      outputs: ['read_write', 'activations'],
    },
    workgroup: [block.side, block.side],
    module: LOCATE + RELU + slices(block),
    body: product({
      block,
      depth: 'at.fanIn',
      prepare: samplesOfColumns(block, 'outputWidth'),
      leftAlong: 'depth',
      left: () => fourRows('at.outputChannels', (row) => `weights[${row} * at.fanIn + depth]`, 'depth < at.fanIn'),
      rightAlong: 'columns',
      right: (j) => `
      if (depth < at.fanIn && pixel${j} < at.pixels) {
        let source = inputRow(table[depth], y${j}, x${j});
        if (source != ${NOWHERE}) { value = inputsAt(source * at.stride + vector${j}); }
      }`,
      leave: `
    let pixel = quad / step.vectors;
    if (row < at.outputChannels && pixel < at.pixels) {
      var y = sum;
      if (at.hasBiases != 0u) { y += biases[row]; }
      if (at.rectified != 0u) { y = relu(y); }
      setOutputs((pixel * at.outputChannels + row) * at.stride + quad % step.vectors, y);
    }`,
    }),
  }) as const satisfies Kernel;

/** dX = W' dY: rows are the input's channels, columns its pixels and samples; `table` runs over kernel positions and outputs. */
export const denseBackward = (block: Block) =>
  ({
    name: `dense-backward-${nameOf(block)}`,
    parameters: [...GEOMETRY, 'pixels', 'fanIn', 'depth', 'mode'],
    buffers: {
      table: ['read', 'array<u32>'],
      weights: ['read', 'array<f32>'],
      outputGradients: ['read', 'array<vec4f>'],
      values: ['read', 'activations'],
      gradients: ['read_write', 'array<vec4f>'],
    },
    workgroup: [block.side, block.side],
    module: LOCATE + LEAVE_GRADIENT + slices(block),
    body: product({
      block,
      depth: 'at.depth',
      prepare: samplesOfColumns(block, 'inputWidth'),
      leftAlong: 'rows',
      left: () => `
      let entry = table[min(depth, at.depth - 1u)];
      let column = (entry >> 8u) * at.fanIn + ((entry >> 4u) & 15u) * at.kernelWidth + (entry & 15u);
      let area = at.kernelHeight * at.kernelWidth;${fourRows('at.inputChannels', (row) => `weights[column + ${row} * area]`, 'depth < at.depth')}`,
      rightAlong: 'columns',
      right: (j) => `
      if (depth < at.depth && pixel${j} < at.pixels) {
        let source = outputRow(table[depth], y${j}, x${j});
        if (source != ${NOWHERE}) { value = outputGradients[source * at.stride + vector${j}]; }
      }`,
      leave: `
    let pixel = quad / step.vectors;
    if (row < at.inputChannels && pixel < at.pixels) {
      leave(sum, (pixel * at.inputChannels + row) * at.stride + quad % step.vectors);
    }`,
    }),
  }) as const satisfies Kernel;

/**
 * dW = dY X' of some rows: the sum runs over pixels and samples of one split, a slice never across two pixels. Leaves
 * `[split][row][column]`.
 */
export const denseGradients = (block: Block) =>
  ({
    name: `dense-gradients-${nameOf(block)}`,
    parameters: [...GEOMETRY, 'fanIn', 'firstRow', 'rows', 'pixels', 'pixelsPerSplit'],
    buffers: {
      table: ['read', 'array<u32>'],
      inputs: ['read', 'activation numbers'],
      outputGradients: ['read', 'array<f32>'],
      gradients: ['read_write', 'array<f32>'],
    },
    workgroup: [block.side, block.side],
    module: LOCATE + slices(block),
    body: product({
      block,
      depth: 'samples',
      prepare: `
  let firstPixel = group.z * at.pixelsPerSplit;
  let samples = (min(at.pixels, firstPixel + at.pixelsPerSplit) - firstPixel) * step.lanes;
  let width = at.stride * 4u;
  ${upTo(block.columns)
    .map(
      (j) => `
  let column${j} = (firstColumnQuad + ${j * block.side}u + rightQuad) * 4u;
  let entries${j} = vec4u(${[0, 1, 2, 3].map((c) => `table[min(column${j} + ${c}u, at.fanIn - 1u)]`).join(', ')});`,
    )
    .join('')}`,
      perSlice: `
    let pixel = firstPixel + slice / step.lanes;
    let sample = slice % step.lanes;
    let y = pixel / at.outputWidth;
    let x = pixel % at.outputWidth;
    let slopes = pixel * at.outputChannels + at.firstRow;`,
      leftAlong: 'depth',
      left: () =>
        fourRows('at.rows', (row) => `outputGradients[(slopes + ${row}) * width + sample + leftDepth]`, 'true'),
      rightAlong: 'depth',
      right: (j) => `
      ${[0, 1, 2, 3]
        .map(
          (c) => `{
        let source = inputRow(entries${j}[${c}], y, x);
        if (source != ${NOWHERE}) { value[${c}] = inputsAt(source * width + sample + rightDepth); }
      }`,
        )
        .join('\n      ')}`,
      leave: `
    let column = quad * 4u;
    if (row < at.rows) {
      let to = (group.z * at.rows + row) * at.fanIn + column;
      if (column < at.fanIn) { gradients[to] = sum.x; }
      if (column + 1u < at.fanIn) { gradients[to + 1u] = sum.y; }
      if (column + 2u < at.fanIn) { gradients[to + 2u] = sum.z; }
      if (column + 3u < at.fanIn) { gradients[to + 3u] = sum.w; }
    }`,
    }),
  }) as const satisfies Kernel;
