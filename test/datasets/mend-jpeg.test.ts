import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, type ImageTarget } from '../../src-main/datasets/readers/decode-image.ts';
import { decodeMended, mendJpeg } from '../../src-main/datasets/readers/image-formats/mend-jpeg.ts';

/** JPEGs of which libjpeg only warns, and JPEGs that are damaged; against libvips that is told to pass over warnings. */

const [HEIGHT, WIDTH] = [40, 56];
const waves = Uint8Array.from(
  { length: HEIGHT * WIDTH * 3 },
  (_, at) => 128 + 90 * Math.sin(at / 50) + 30 * Math.sin(at / 7),
);
const picture = (options: Parameters<ReturnType<typeof sharp>['jpeg']>[0] = {}) =>
  sharp(waves, { raw: { height: HEIGHT, width: WIDTH, channels: 3 } })
    .jpeg(options)
    .toBuffer();
const TARGET: ImageTarget = { height: HEIGHT, width: WIDTH, channels: 3, resize: null, converts: false, scale: null };

const lenient = async (file: Buffer) => new Uint8Array(await sharp(file, { failOn: 'none' }).raw().toBuffer());

async function decode(file: Buffer) {
  const changes: string[] = [];
  const pixels = await decodeImage(file, TARGET, (_, what) => changes.push(what));
  return { pixels: new Uint8Array(pixels), changes };
}

/** Where each marker of this code begins. */
function markersOf(file: Buffer, code: number): number[] {
  const found: number[] = [];
  const marker = Buffer.from([0xff, code]);
  for (let at = file.indexOf(marker); at >= 0; at = file.indexOf(marker, at + 1)) found.push(at);
  return found;
}

const [FRAME, HUFFMAN, SCAN, QUANTIZATION] = [0xc0, 0xc4, 0xda, 0xdb];
const insert = (file: Buffer, at: number, bytes: readonly number[]) =>
  Buffer.concat([file.subarray(0, at), Buffer.from(bytes), file.subarray(at)]);
const beforeEach = (file: Buffer, code: number, bytes: readonly number[]) =>
  markersOf(file, code)
    .reverse()
    .reduce((changed, at) => insert(changed, at, bytes), file);
const withScanParameters = (file: Buffer, parameters: readonly number[]) => {
  const [scan] = markersOf(file, SCAN);
  file.set(parameters, scan + 2 + file.readUInt16BE(scan + 2) - 3);
  return file;
};

const BETWEEN = 'JPEGs with bytes that belong to none of their parts, passed over as other readers do';
const PARAMETERS = 'JPEGs with scan parameters that have no meaning, passed over as other readers do';

describe('what every reader passes over is mended, counted and decoded strictly', () => {
  test.each<[string, () => Promise<Buffer>, string[]]>([
    ['bytes before the scan', async () => beforeEach(await picture(), SCAN, [1, 2, 3, 4]), [BETWEEN]],
    ['bytes before every table', async () => beforeEach(await picture(), HUFFMAN, [7]), [BETWEEN]],
    [
      'bytes before several kinds of parts',
      async () => beforeEach(beforeEach(await picture(), SCAN, [0, 0]), FRAME, [9, 9, 9]),
      [BETWEEN],
    ],
    ['bytes that look like pixels', async () => beforeEach(await picture(), SCAN, [0xff, 0, 0xff, 0]), [BETWEEN]],
    [
      'bytes before a marker that is filled up',
      async () => beforeEach(await picture(), SCAN, [5, 0xff, 0xff]),
      [BETWEEN],
    ],
    [
      'bytes after a scan, before the next',
      async () => {
        const file = await picture({ progressive: true });
        return insert(file, markersOf(file, SCAN)[2], [3, 1, 4, 1, 5]);
      },
      [BETWEEN],
    ],
    [
      'bytes after the pixels, before a table',
      async () => {
        const file = await picture({ progressive: true });
        const [first] = markersOf(file, SCAN);
        return insert(file, markersOf(file, HUFFMAN).filter((at) => at > first)[0], [3, 1, 4, 1, 5, 9, 2, 6]);
      },
      [BETWEEN],
    ],
    ['parameters of a progressive scan', async () => withScanParameters(await picture(), [0, 0, 0]), [PARAMETERS]],
    [
      'parameters and bytes',
      async () => beforeEach(withScanParameters(await picture(), [1, 2, 3]), SCAN, [8]),
      [BETWEEN, PARAMETERS],
    ],
    ['nothing', async () => picture(), []],
  ])('%s', async (_, file, faults) => {
    const bytes = await file();
    const { pixels, changes } = await decode(bytes);
    expect(changes.sort()).toEqual(faults);
    expect(pixels).toEqual(await lenient(bytes));
  });
});

test('colours of print are mended too, and converted once, however many versions are tried', async () => {
  const print = sharp(waves, { raw: { height: HEIGHT, width: WIDTH, channels: 3 } }).toColourspace('cmyk');
  const bytes = beforeEach(await print.jpeg().toBuffer(), HUFFMAN, [7]);
  const changes: string[] = [];
  const pixels = await decodeImage(bytes, { ...TARGET, converts: true }, (_, what) => changes.push(what));
  expect(new Uint8Array(pixels)).toEqual(await lenient(bytes));
  expect(changes).toContain(BETWEEN);
  const tried = { whole: 0, checked: 0 };
  const strict = (source: Uint8Array) => sharp(source, { failOn: 'warning' });
  const { faults } = await decodeMended(
    bytes,
    (source) => (tried.whole++, strict(source).raw().toBuffer()),
    (source) => (tried.checked++, strict(source).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer()),
  );
  expect(faults.length).toBe(2);
  expect(tried.checked).toBeGreaterThanOrEqual(2);
  expect(tried.whole).toBe(2);
});

describe('damage stays refused', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['a file cut short', async () => (await picture()).subarray(0, -60)],
    [
      'a file cut short after bytes between its parts',
      async () => beforeEach(await picture(), SCAN, [1, 2]).subarray(0, -60),
    ],
    [
      'pixels that break off',
      async () => {
        const file = await picture();
        return insert(file, file.length - 120, [0xff, 0xd9]);
      },
    ],
    [
      'a part whose length leaves the file',
      async () => {
        const file = await picture();
        file.writeUInt16BE(65_535, markersOf(file, HUFFMAN)[0] + 2);
        return file;
      },
    ],
    [
      'pixels overwritten',
      async () => {
        const file = await picture();
        return file.fill(0x55, file.length - 200, file.length - 20);
      },
    ],
  ])('%s', async (_, file) => {
    await expect(decode(await file())).rejects.toThrow(/^cannot be decoded \(VipsJpeg|^cannot be decoded/);
  });

  const countingDecoder = () => {
    const decoder = {
      decodings: 0,
      decode(source: Uint8Array) {
        decoder.decodings++;
        return sharp(source, { failOn: 'warning' }).raw().toBuffer();
      },
    };
    return decoder;
  };

  test('a file with bytes between hundreds of its parts is refused at once', async () => {
    let file = await picture();
    const [scan] = markersOf(file, SCAN);
    for (let part = 0; part < 400; part++) file = insert(file, scan, [1, 0xff, 0xfe, 0, 2]);
    await expect(decode(file)).rejects.toThrow(/extraneous bytes/);
    const decoder = countingDecoder();
    await expect(decodeMended(file, decoder.decode)).rejects.toThrow(/extraneous bytes/);
    expect(decoder.decodings).toBe(1);
  });

  test('a file that stays broken whatever is left out between its many tables is decoded 25 times at most', async () => {
    const file = beforeEach(await picture({ progressive: true }), HUFFMAN, [7]);
    // Its table of quantization is another one than its frame names.
    file[markersOf(file, QUANTIZATION)[0] + 4] = 3;
    const decoder = countingDecoder();
    await expect(decodeMended(file, decoder.decode)).rejects.toThrow(/extraneous bytes/);
    expect(decoder.decodings).toBe(25);
  });

  test('no version is longer than the file, whatever number of bytes libjpeg complains of', async () => {
    const file = await picture({ progressive: true });
    const lengths = [1, 3, 100, file.length - 3, file.length, 2 * file.length].flatMap((count) =>
      [HUFFMAN, SCAN, FRAME].flatMap((code) => {
        const complaint = `Corrupt JPEG data: ${count} extraneous bytes before marker 0x${code.toString(16)}`;
        return [...mendJpeg(file, complaint)].map(({ bytes }) => file.length - bytes.length - count);
      }),
    );
    expect(lengths.length).toBeGreaterThan(5);
    expect(new Set(lengths)).toEqual(new Set([0]));
  });
});
