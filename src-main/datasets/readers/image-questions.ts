import type { ImportAnswer, ImportChoices } from '../../contract/index.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';
import { createLevelCounter } from '../values/levels.ts';
import { chooseScale, toGrey, type ValueScale } from '../values/scale.ts';
import { DEEP_SCALE, readDeepValues, type ImageTarget } from './decode-image.ts';
import type { EncodedSamples } from './encoded-samples.ts';
import type { ImageHeader } from './image-header.ts';
import { lookAtImages, type ImageLook, type LookedAt } from './image-look.ts';
import { imageProblemOf, type ImageChoice, type ImageProblem } from './image-problem.ts';

/** Images whose values are read for a question. */
const MOST_VALUED = 12;

/** Where images came to what needs a choice. */
export interface AskedImages<T> {
  /** What cannot be taken as it is. */
  item: T;
  problem: ImageProblem & { decides: ImageChoice };
  /** What images are made into; null where already the first one needs a choice. */
  target: ImageTarget | null;
  encoded: EncodedSamples<T>;
}

export const needsChoice = (problem: ImageProblem): problem is ImageProblem & { decides: ImageChoice } =>
  problem.decides !== null;

/** That images differ, or are of a kind that a dataset's cannot be, with what each choice would make of them. */
export async function askAboutImages<T>({ item, problem, target, encoded }: AskedImages<T>) {
  const look = await lookAtImages(item, encoded);
  const path = encoded.name(item);
  const answers = await ANSWERS[problem.decides](look, target);
  return new UndecidedImportError({ path, problem: `It ${problem.message}.`, decides: [problem.decides], answers });
}

type AnswersOf = (look: ImageLook, target: ImageTarget | null) => Promise<ImportAnswer[]>;

const ANSWERS: Record<ImageChoice, AnswersOf> = {
  async channels(look, target) {
    const outcome = (start: string, made: string, isMade: (header: ImageHeader) => boolean): string =>
      [
        start,
        ...shareOf(look, made, countOf(look, isMade)),
        ...shareOf(
          look,
          'transparency left out',
          countOf(look, ({ hasAlpha }) => hasAlpha),
        ),
      ].join('; ');
    const base = target ?? targetLike(look.images[0]?.header);
    const converted = (channels: 1 | 3) => look.preview({ ...base, channels, converts: true });
    return [
      {
        title: 'Make all images grey',
        outcome: outcome('1 channel', 'made grey (luma of ITU-R BT.601)', ({ isGrey }) => !isGrey),
        choices: { channels: 'grey' },
        preview: await converted(1),
      },
      {
        title: 'Make all images red, green and blue',
        outcome: outcome('3 channels', 'made red, green and blue', ({ isGrey, isCmyk }) => isGrey || isCmyk),
        choices: { channels: 'rgb' },
        preview: await converted(3),
      },
      ...(await skipping(look, target, ({ channels }, to) => channels === to.channels, 'other channels')),
    ];
  },

  async size(look, target) {
    const base = target ?? targetLike(look.images[0]?.header);
    const isOf =
      ({ height, width }: Pick<ImageTarget, 'height' | 'width'>) =>
      (header: ImageHeader): boolean =>
        header.height === height && header.width === width;
    const answers: ImportAnswer[] = [];
    for (const [resize, title] of RESIZES) {
      for (const { height, width } of sizesOf(look, base)) {
        const changed = countOf(look, (header) => !isOf({ height, width })(header));
        answers.push({
          title: `${title} ${height} × ${width}`,
          outcome: `resized: ${look.share(changed)}`,
          choices: { size: [height, width], resize },
          preview: await look.preview({ ...base, height, width, resize, converts: true }),
        });
      }
    }
    return [...answers, ...(await skipping(look, target, (header, to) => isOf(to)(header), 'another size'))];
  },

  async valueRange(look, target) {
    const base = target ?? targetLike(look.images[0]?.header);
    const deep = look.images.filter(({ header }) => header.isDeep);
    const found = await levelsOf(deep.slice(0, MOST_VALUED));
    const chosen = found && (await chooseScale(found, () => Promise.resolve(0)));
    const scales = chosen && chosen.scale.high < DEEP_SCALE.high ? [chosen.scale, DEEP_SCALE] : [DEEP_SCALE];
    const answers: ImportAnswer[] = [];
    for (const scale of scales) {
      answers.push({
        title: `Black is ${scale.low}, white is ${scale.high.toLocaleString('en-GB')}`,
        outcome: `of 16 bits: ${look.share(deep.length)}${found?.distinct ? `; ${levelsOn(found.distinct, scale)}` : ''}`,
        choices: { valueRange: [scale.low, scale.high] },
        preview: await look.preview({ ...base, scale, converts: true }, ({ isDeep }) => isDeep),
      });
    }
    return [...answers, ...(await skipping(look, target, ({ isDeep }) => !isDeep, '16 bits'))];
  },
};

/** What the sizes are called. */
const RESIZES: readonly (readonly [ImportChoices['resize'], string])[] = [
  ['stretch', 'Stretch all images to'],
  ['cover', 'Scale and cut all images to'],
  ['contain', 'Scale all images into, with black borders,'],
];

const shareOf = (look: ImageLook, what: string, count: number): string[] =>
  count > 0 ? [`${what}: ${look.share(count)}`] : [];

const countOf = ({ images }: ImageLook, isIt: (header: ImageHeader) => boolean): number =>
  images.filter(({ header }) => isIt(header)).length;

/** The size of the first image, and the one that most have where that is another. */
function sizesOf({ images }: ImageLook, { height, width }: ImageTarget): { height: number; width: number }[] {
  const counts = new Map<string, { height: number; width: number; count: number }>();
  for (const { header } of images) {
    const key = `${header.height} ${header.width}`;
    const { count = 0 } = counts.get(key) ?? {};
    counts.set(key, { height: header.height, width: header.width, count: count + 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  const isSame = most === undefined || (most.height === height && most.width === width);
  return isSame ? [{ height, width }] : [{ height, width }, most];
}

/** The answer that leaves out what is not like the first image; none where that leaves nothing. */
async function skipping(
  look: ImageLook,
  target: ImageTarget | null,
  fits: (header: ImageHeader, target: ImageTarget) => boolean,
  what: string,
): Promise<ImportAnswer[]> {
  const usable = look.images.find(({ header: { channels } }) => channels === 1 || channels === 3);
  const to = target ?? (usable ? targetLike(usable.header) : null);
  if (to === null) return [];
  const isFit = (header: ImageHeader): boolean => fits(header, to);
  const left = look.images.length - countOf(look, isFit);
  if (left === look.images.length) return [];
  return [
    {
      title: `Skip images of ${what}`,
      outcome: `left out: ${look.share(left)}, and all else that cannot be used`,
      choices: { onBadFile: 'skip' },
      preview: await look.preview(to, isFit),
    },
  ];
}

/** As an image is by itself. */
const targetLike = (header: ImageHeader | undefined): ImageTarget => ({
  height: header?.height ?? 1,
  width: header?.width ?? 1,
  channels: header?.isGrey === true ? 1 : 3,
  resize: null,
  converts: false,
  scale: DEEP_SCALE,
});

async function levelsOf(images: readonly LookedAt[]) {
  const counter = createLevelCounter();
  for (const { bytes } of images) {
    try {
      for (const value of (await readDeepValues(await bytes())) ?? []) counter.add(value);
    } catch (error) {
      // What is wrong with another image is reported when its turn comes.
      imageProblemOf(error);
    }
  }
  return counter.levels();
}

function levelsOn(distinct: Float64Array, scale: ValueScale): string {
  const greys = new Set(Array.from(distinct, (value) => toGrey(value, scale))).size;
  const number = (count: number): string => count.toLocaleString('en-GB');
  return `${number(distinct.length)} distinct values of them become ${number(greys)} grey levels`;
}
