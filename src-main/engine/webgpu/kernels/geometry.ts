/**
 * A weight layer's geometry: `input` and `output` images with so many channels, a kernel that slides over the input. A
 * linear layer is a convolution of one pixel by one. An entry names a weight's other end and its kernel position:
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

/** Without branches: compilers of software drivers take minutes over many that are inlined. */
export const LOCATE = `
/** Row of the input that the entry's weight meets at the window of output pixel (y, x). */
fn inputRow(entry: u32, y: u32, x: u32) -> u32 {
  // What is before the image wraps around and so is beyond it too.
  let row = y * at.strideOfWindow + ((entry >> 4u) & 15u) - at.padding;
  let column = x * at.strideOfWindow + (entry & 15u) - at.padding;
  let isInside = (row < at.inputHeight) & (column < at.inputWidth);
  return select(${NOWHERE}, (row * at.inputWidth + column) * at.inputChannels + (entry >> 8u), isInside);
}
/** Row of the output whose window meets input pixel (y, x) at the entry's weight. */
fn outputRow(entry: u32, y: u32, x: u32) -> u32 {
  let row = y + at.padding - ((entry >> 4u) & 15u);
  let column = x + at.padding - (entry & 15u);
  let outputY = row / at.strideOfWindow;
  let outputX = column / at.strideOfWindow;
  let isWhole = (outputY * at.strideOfWindow == row) & (outputX * at.strideOfWindow == column);
  let isInside = isWhole & (outputY < at.outputHeight) & (outputX < at.outputWidth);
  return select(${NOWHERE}, (outputY * at.outputWidth + outputX) * at.outputChannels + (entry >> 8u), isInside);
}`;
