import { type ConvolutionLayer, fanIn, type WeightLayer } from '../../networks/specification.ts';
import type { ColumnOffsets } from '../positions.ts';
import { TILE_BYTES } from './kernels/layout.ts';
import type { Tensor } from './tensor.ts';

/** Where a weight layer's columns are in memory, seen from the window of one pixel, and how its matrix turns around. */
export interface Window extends ColumnOffsets {
  columns: number;
  /** Bytes from the window's first value. */
  offsetOf(column: number): number;
  /** Columns by offset / TILE_BYTES; null where they are the same. */
  columnTable: Uint32Array | null;
  channels: number;
  kernelWidth: number;
  /** Pixels that a window reaches, `[height, width]`. */
  kernel: [number, number];
  /** Pixels of an image row of the input, halo included. */
  rowPixels: number;
  stride: number;
  padding: number;
  /** For the way back: rows of the turned matrix, and for every kernel position its block of rows and its offset. */
  turnedRows: number;
  positions: { block: number; offset: number }[];
  passes: Pass[];
}

/** Pixels of the input that one set of kernel positions reaches, and where their windows of the gradient are. */
export interface Pass {
  firstRow: number;
  rows: number;
  y: number;
  x: number;
  height: number;
  width: number;
  /** Bytes from pixel (0, 0) of the output's gradient. */
  window: number;
  /** Pixels of the gradient that a window reaches, `[height, width]`. */
  reach: [number, number];
}

type WindowColumns = ColumnOffsets & Pick<Window, 'columnTable'>;

export function windowOf(layer: WeightLayer, input: Tensor, output: Tensor): Window {
  const [, imageWidth, imageChannels] = input.shape;
  const rowPixels = imageWidth + 2 * input.halo;
  const [kernelHeight, kernelWidth] = layer.kind === 'convolution' ? layer.kernel : input.shape;
  const channels = imageChannels;
  const area = kernelHeight * kernelWidth;
  const byChannel = layer.kind === 'convolution';
  const inOrder = area === 1 || (!byChannel && input.halo === 0);
  return {
    columns: fanIn(layer),
    channels,
    kernelWidth,
    kernel: [kernelHeight, kernelWidth],
    rowPixels,
    stride: layer.kind === 'convolution' ? layer.stride : 1,
    padding: layer.kind === 'convolution' ? layer.padding : 0,
    ...(inOrder ? columnsInOrder : columnsOfPixels(byChannel, area, kernelWidth, rowPixels, channels)),
    ...(layer.kind === 'convolution' ? convolutionWayBack(layer, input, output) : linearWayBack(input)),
  };
}

const columnsInOrder: WindowColumns = {
  offsetOf: (column) => column * TILE_BYTES,
  columnOf: (offset) => offset / TILE_BYTES,
  ascends: true,
  columnTable: null,
};

function columnsOfPixels(
  byChannel: boolean,
  area: number,
  kernelWidth: number,
  rowPixels: number,
  channels: number,
): WindowColumns {
  const offsetOf = (column: number) => {
    const position = byChannel ? column % area : Math.floor(column / channels);
    const channel = byChannel ? Math.floor(column / area) : column % channels;
    const pixel = Math.floor(position / kernelWidth) * rowPixels + (position % kernelWidth);
    return (pixel * channels + channel) * TILE_BYTES;
  };
  // By value of the window, so that a mask update does not divide for every weight.
  const columns = new Uint32Array(offsetOf(area * channels - 1) / TILE_BYTES + 1);
  for (let column = 0; column < area * channels; column++) columns[offsetOf(column) / TILE_BYTES] = column;
  return { offsetOf, columnOf: (offset) => columns[offset / TILE_BYTES], ascends: false, columnTable: columns };
}

type WayBack = Pick<Window, 'turnedRows' | 'positions' | 'passes'>;

/** Every feature has a row; image rows that a halo separates have a pass each. */
function linearWayBack({ shape: [height, width, channels], gradient }: Tensor): WayBack {
  const pixels = height * width;
  const rowsOf = (passHeight: number) => passHeight * width * channels;
  const whole = !gradient || gradient.halo === 0;
  return {
    turnedRows: pixels * channels,
    positions: Array.from({ length: pixels }, (_, pixel) => ({ block: pixel, offset: 0 })),
    passes: Array.from({ length: whole ? 1 : height }, (_, y) => ({
      firstRow: rowsOf(y),
      rows: rowsOf(whole ? height : 1),
      y,
      x: 0,
      height: 1,
      width: 1,
      window: 0,
      reach: [1, 1],
    })),
  };
}

/**
 * Input pixels along one axis that are `residue` modulo the stride, counted with the padding: kernel positions with that
 * residue reach them, position `residue + stride * m` from the output `m` before that of the first position.
 */
function along(side: number, size: number, { stride, padding }: ConvolutionLayer, residue: number) {
  const first = (((residue - padding) % stride) + stride) % stride;
  const count = first < side ? Math.ceil((side - first) / stride) : 0;
  const furthest = residue < size ? Math.floor((size - 1 - residue) / stride) : 0;
  const firstOutput = (first + padding - residue) / stride;
  return { first, count, furthest, from: firstOutput - furthest, to: firstOutput + count - 1 };
}

function convolutionWayBack(layer: ConvolutionLayer, input: Tensor, output: Tensor): WayBack {
  const { stride, kernel } = layer;
  const [kernelHeight, kernelWidth] = kernel;
  const [height, width, channels] = input.shape;
  const [, outputWidth, outputChannels] = output.shape;
  const rowPixels = outputWidth + 2 * (output.gradient?.halo ?? 0);
  const pixels = (y: number, x: number) => (y * rowPixels + x) * outputChannels * TILE_BYTES;
  const rows = Array.from({ length: stride }, (_, residue) => along(height, kernelHeight, layer, residue));
  const columns = Array.from({ length: stride }, (_, residue) => along(width, kernelWidth, layer, residue));
  return {
    turnedRows: stride * stride * channels,
    positions: Array.from({ length: kernelHeight * kernelWidth }, (_, position) => {
      const [ky, kx] = [Math.floor(position / kernelWidth), position % kernelWidth];
      return {
        block: (ky % stride) * stride + (kx % stride),
        offset: pixels(
          rows[ky % stride].furthest - Math.floor(ky / stride),
          columns[kx % stride].furthest - Math.floor(kx / stride),
        ),
      };
    }),
    passes: rows.flatMap((row, ry) =>
      columns.map((column, rx) => ({
        firstRow: (ry * stride + rx) * channels,
        rows: channels,
        y: row.first,
        x: column.first,
        height: row.count,
        width: column.count,
        window: pixels(row.from, column.from),
        reach: [row.furthest + 1, column.furthest + 1] as [number, number],
      })),
    ),
  };
}

/** Pixels of zeros that the way back through a convolution reads around its output's gradient. */
export function gradientHalo(layer: ConvolutionLayer, { shape }: Tensor, output: Tensor): number {
  let halo = 0;
  for (const axis of [0, 1])
    for (let residue = 0; residue < Math.min(layer.stride, layer.kernel[axis]); residue++) {
      const { count, from, to } = along(shape[axis], layer.kernel[axis], layer, residue);
      if (count > 0) halo = Math.max(halo, -from, to - (output.shape[axis] - 1));
    }
  return halo;
}
