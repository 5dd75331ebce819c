import fc from 'fast-check';
import { defaultImportChoices } from '../../../src-main/contract/index.ts';
import { chooseTarget, decodeImage, readDeepValues } from '../../../src-main/datasets/readers/decode-image.ts';
import { IMAGE_FORMATS, type ImageFormat } from '../../../src-main/datasets/readers/image-formats/formats.ts';
import { ImageProblem } from '../../../src-main/datasets/readers/image-problem.ts';
import { imageLayouts } from '../documents/images.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { mutatedBytes } from '../mutation/bytes.ts';

interface ImageCase {
  bytes: Uint8Array;
  channels: 'as-is' | 'grey' | 'rgb';
  size: [number, number] | null;
}

/** What a dataset’s image may claim here; the decoder itself refuses above 512 megapixels. */
const MOST_FEATURES = 2 ** 26;

const TITLES: Record<ImageFormat, string> = {
  ...{ png: 'PNG', jpeg: 'JPEG', webp: 'WebP', gif: 'GIF', bmp: 'BMP', netpbm: 'PBM, PGM and PPM' },
};

const entranceOf = (format: ImageFormat): Entrance<ImageCase> => ({
  name: format,
  what: `${TITLES[format]} files: what the first image of a dataset is taken for, and its pixels`,
  refusals: ['ImageProblem'],
  async open() {
    const layouts = await imageLayouts(format);
    const cases = fc.record({
      bytes: mutatedBytes(layouts),
      channels: fc.constantFrom('as-is' as const, 'grey' as const, 'rgb' as const),
      size: fc.constantFrom(null, null, [4, 7] as [number, number]),
    });
    await decode({ bytes: layouts[0].bytes, channels: 'rgb', size: [4, 7] });
    return { cases, run: decode };
  },
});

async function decode({ bytes, channels, size }: ImageCase): Promise<void> {
  const target = await chooseTarget(bytes, { ...defaultImportChoices, channels, size });
  const { height, width } = target;
  expectThat(Number.isSafeInteger(height) && height > 0 && Number.isSafeInteger(width) && width > 0, 'has no size');
  const features = height * width * target.channels;
  if (features > MOST_FEATURES) throw new ImageProblem(`is ${height} × ${width}`);
  const pixels = await decodeImage(bytes, target);
  expectThat(pixels.length === features, `has ${pixels.length} values where ${features} were told`);
  const deep = await readDeepValues(bytes);
  expectThat((deep === null) === (target.scale === null), 'is of 16 bits in one place only');
  if (size !== null) return;
  const again = await decodeImage(bytes, target);
  expectThat(Buffer.compare(pixels, again) === 0, 'is decoded to other pixels the second time');
}

export const images: readonly Entrance<ImageCase>[] = IMAGE_FORMATS.map(entranceOf);
