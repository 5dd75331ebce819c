/**
 * A weight layer's places: `input` and `output` images with so many channels, a kernel that slides over the input. A
 * linear layer is a convolution of one pixel by one. An entry names a weight's other end and its place in the kernel:
 * `channel << 8 | kernel row << 4 | kernel column`. Rows of a tensor are `pixel * channels + channel`.
 */
export const GEOMETRY = [
  'inputHeight',
  'inputWidth',
  'inputChannels',
  'outputHeight',
  'outputWidth',
  'outputChannels',
  'kernelHeight',
  'kernelWidth',
  'strideOfWindow',
  'padding',
  'stride',
] as const;

export const LARGEST_KERNEL = 16;
export const MOST_CHANNELS = 2 ** 24;
/** No row of a tensor. */
export const NOWHERE = '0xffffffffu';

export const LOCATE = `
/** Row of the input that the entry's weight meets at the window of output pixel (y, x). */
fn inputRow(entry: u32, y: u32, x: u32) -> u32 {
  let row = i32(y * at.strideOfWindow + ((entry >> 4) & 15u)) - i32(at.padding);
  let column = i32(x * at.strideOfWindow + (entry & 15u)) - i32(at.padding);
  if (row < 0 || column < 0 || row >= i32(at.inputHeight) || column >= i32(at.inputWidth)) { return ${NOWHERE}; }
  return (u32(row) * at.inputWidth + u32(column)) * at.inputChannels + (entry >> 8);
}
/** Row of the output whose window meets input pixel (y, x) at the entry's weight. */
fn outputRow(entry: u32, y: u32, x: u32) -> u32 {
  let row = i32(y + at.padding) - i32((entry >> 4) & 15u);
  let column = i32(x + at.padding) - i32(entry & 15u);
  if (row < 0 || column < 0) { return ${NOWHERE}; }
  let stride = at.strideOfWindow;
  let outputY = u32(row) / stride;
  let outputX = u32(column) / stride;
  if (outputY * stride != u32(row) || outputX * stride != u32(column)) { return ${NOWHERE}; }
  if (outputY >= at.outputHeight || outputX >= at.outputWidth) { return ${NOWHERE}; }
  return (outputY * at.outputWidth + outputX) * at.outputChannels + (entry >> 8);
}`;
