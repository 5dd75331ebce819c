export interface ExampleShape {
  height: number;
  width: number;
  /** 1 is grey; of others the first three are red, green and blue. */
  channels: number;
}

/**
 * Lays images side by side: `[height, count * (width + gap) - gap, 4]` RGBA, transparent between them.
 * @param images `[count, height, width, channels]`
 */
export function layOut(
  images: Uint8Array,
  count: number,
  { height, width, channels }: ExampleShape,
  gap: number,
): { width: number; height: number; pixels: Uint8ClampedArray<ArrayBuffer> } {
  const total = Math.max(1, count * (width + gap) - gap);
  const pixels = new Uint8ClampedArray(total * height * 4);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = ((image * height + y) * width + x) * channels;
        const to = (y * total + image * (width + gap) + x) * 4;
        pixels[to] = images[from];
        pixels[to + 1] = images[from + green];
        pixels[to + 2] = images[from + blue];
        pixels[to + 3] = 255;
      }
    }
  }
  return { width: total, height, pixels };
}
