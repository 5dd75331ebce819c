/** An image's `[height, width, channels]`; its bytes are laid out row by row, the channels of a pixel together. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** The nearest grey level, halves upwards. */
export const toGrey = (value: number) => Math.max(0, Math.min(255, Math.floor(value + 0.5)));
