/**
 * Zoom steps at which a weight is a whole number of pixels, or a pixel a whole number of weights; between them a mask
 * would show patterns that are not there.
 */
export type Zoom = { pixelsPerWeight: number; weightsPerPixel: 1 } | { pixelsPerWeight: 1; weightsPerPixel: number };

const MAGNIFY = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
const REDUCE = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096];

/** From the smallest picture to the largest. */
export const ZOOMS: readonly Zoom[] = [
  ...REDUCE.toReversed().map((weightsPerPixel): Zoom => ({ pixelsPerWeight: 1, weightsPerPixel })),
  ...MAGNIFY.map((pixelsPerWeight): Zoom => ({ pixelsPerWeight, weightsPerPixel: 1 })),
];

/** Size of a layer at a zoom, in pixels. */
export function sizeAt(zoom: Zoom, outputs: number, inputs: number): { width: number; height: number } {
  const scale = (length: number) => Math.ceil(length / zoom.weightsPerPixel) * zoom.pixelsPerWeight;
  return { width: scale(inputs), height: scale(outputs) };
}

/** Index of the largest zoom at which the whole layer fits; the smallest there is where none does. */
export function fittingZoom(outputs: number, inputs: number, width: number, height: number): number {
  for (let index = ZOOMS.length - 1; index >= 0; index--) {
    const size = sizeAt(ZOOMS[index], outputs, inputs);
    if (size.width <= width && size.height <= height) return index;
  }
  return 0;
}

/** `3 px per weight`, or `1 px = 4 × 4 weights`. */
export function describeZoom(zoom: Zoom): string {
  if (zoom.weightsPerPixel > 1) return `1 px = ${zoom.weightsPerPixel} × ${zoom.weightsPerPixel} weights`;
  return `${zoom.pixelsPerWeight} px per weight`;
}
