import { MODE_NONE, MODE_RELU } from '../../graph/modes';
import {
  ADD_OTHER,
  ADD_OTHER_BACKWARD_MODE,
  OPERATION_BACKWARD_MODE,
  OPERATION_FORWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  TENSOR_HEIGHT,
  TENSOR_PIXEL_BYTES,
  TENSOR_WIDTH,
} from './layout';
import { word, zero } from './simd';
import { gradientRow, leaveGradient, stripStart, valueRow } from './tensor';

/** Bytes of an image row without its halo. */
// @ts-ignore: decorator
@inline
function rowBytes(tensor: usize): usize {
  return <usize>word(tensor, TENSOR_WIDTH) * word(tensor, TENSOR_PIXEL_BYTES);
}

/** One strip of max(x, 0), where no other operation could take the ReLU in. */
export function reluForward(operation: usize, tile: u32, strip: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const bytes = rowBytes(output);
  const last = stripStart(output, strip + 1);
  for (let row = stripStart(output, strip); row < last; row++) {
    const x = valueRow(input, tile, row);
    const y = valueRow(output, tile, row);
    for (let at: usize = 0; at < bytes; at += 16) v128.store(y + at, f32x4.pmax(v128.load(x + at), zero()));
  }
}

/** One strip of the gradient of a ReLU's input: whoever left that of its output has masked it already. */
export function reluBackward(operation: usize, tile: u32, strip: u32): void {
  const mode = word(operation, OPERATION_BACKWARD_MODE);
  passBack(word(operation, OPERATION_INPUT), word(operation, OPERATION_OUTPUT), tile, strip, mode);
}

/** One strip of a sum, through ReLU where the operation says so. */
export function addForward(operation: usize, tile: u32, strip: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const bytes = rowBytes(output);
  const rectify = (word(operation, OPERATION_FORWARD_MODE) & MODE_RELU) != 0;
  const last = stripStart(output, strip + 1);
  for (let row = stripStart(output, strip); row < last; row++) {
    const a = valueRow(word(operation, OPERATION_INPUT), tile, row);
    const b = valueRow(word(operation, ADD_OTHER), tile, row);
    const y = valueRow(output, tile, row);
    for (let at: usize = 0; at < bytes; at += 16) {
      const sum = f32x4.add(v128.load(a + at), v128.load(b + at));
      v128.store(y + at, rectify ? f32x4.pmax(sum, zero()) : sum);
    }
  }
}

/** The second summand first: the first one's gradient may be where the sum's does. */
export function addBackward(operation: usize, tile: u32, strip: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  passBack(word(operation, ADD_OTHER), output, tile, strip, word(operation, ADD_OTHER_BACKWARD_MODE));
  passBack(word(operation, OPERATION_INPUT), output, tile, strip, word(operation, OPERATION_BACKWARD_MODE));
}

/** Leaves the gradient of `output` as that of `input`. */
function passBack(input: usize, output: usize, tile: u32, strip: u32, mode: u32): void {
  if (mode == MODE_NONE) return;
  const bytes = rowBytes(input);
  const last = stripStart(input, strip + 1);
  for (let row = stripStart(input, strip); row < last; row++) {
    const from = gradientRow(output, tile, row);
    const to = gradientRow(input, tile, row);
    const value = valueRow(input, tile, row);
    for (let at: usize = 0; at < bytes; at += 16) leaveGradient(v128.load(from + at), to + at, value + at, mode);
  }
}

/** A whole tile's images become one pixel each. */
export function flattenForward(operation: usize, tile: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const bytes = rowBytes(input);
  const height = word(input, TENSOR_HEIGHT);
  let y = valueRow(word(operation, OPERATION_OUTPUT), tile, 0);
  for (let row: u32 = 0; row < height; row++, y += bytes) memory.copy(y, valueRow(input, tile, row), bytes);
}

export function flattenBackward(operation: usize, tile: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const bytes = rowBytes(input);
  const height = word(input, TENSOR_HEIGHT);
  const mode = word(operation, OPERATION_BACKWARD_MODE);
  let from = gradientRow(word(operation, OPERATION_OUTPUT), tile, 0);
  for (let row: u32 = 0; row < height; row++, from += bytes) {
    const to = gradientRow(input, tile, row);
    const value = valueRow(input, tile, row);
    for (let at: usize = 0; at < bytes; at += 16) leaveGradient(v128.load(from + at), to + at, value + at, mode);
  }
}
