import type { ImportChoices } from '../../contract/index.ts';
import type { ValueScale } from '../values/scale.ts';
import { describeChannels, readImageHeader, type ImageHeader } from './image-header.ts';
import { ImageProblem } from './image-problem.ts';

/** What every image of a dataset is made into. */
export interface ImageTarget {
  height: number;
  width: number;
  channels: 1 | 3;
  /** null: images of another size are refused. */
  resize: ImportChoices['resize'] | null;
  /** Whether images with other channels are converted; else they are refused. */
  converts: boolean;
  /** What becomes black and white of images with 16 bits a channel; null: such images are refused. */
  scale: ValueScale | null;
}

/** Where nothing else is said of 16 bits a channel. */
export const DEEP_SCALE: ValueScale = { low: 0, high: 65_535 };

const CHOOSE_CHANNELS = 'choose grey or rgb for all';

/**
 * What the choices make of a dataset whose first image is this one.
 * @throws ImageProblem where it cannot be read, or has channels that need a choice
 */
export async function chooseTarget(first: Uint8Array, choices: ImportChoices): Promise<ImageTarget> {
  const found = await readImageHeader(first);
  const [height, width] = choices.size ?? [found.height, found.width];
  const converts = choices.channels !== 'as-is';
  const channels = choices.channels === 'grey' ? 1 : choices.channels === 'rgb' ? 3 : found.channels;
  if (channels !== 1 && channels !== 3) {
    throw new ImageProblem(`${describeChannels(found)}; ${CHOOSE_CHANNELS}`, 'channels');
  }
  const scale = found.isDeep ? DEEP_SCALE : null;
  return { height, width, channels, converts, scale, resize: choices.size ? choices.resize : null };
}

/** @throws ImageProblem where an image is not what the dataset's are, and no choice makes it so */
export function requireFit(
  found: ImageHeader,
  { height, width, channels, resize, converts, scale }: ImageTarget,
): void {
  if (resize === null && (found.height !== height || found.width !== width)) {
    throw new ImageProblem(
      `is ${found.height} × ${found.width}, but the first image is ${height} × ${width}; choose a size for all`,
      'size',
    );
  }
  if (!converts && found.channels !== channels) {
    const wanted = describeChannels({ channels, isCmyk: false });
    throw new ImageProblem(`${describeChannels(found)}, but the first image ${wanted}; ${CHOOSE_CHANNELS}`, 'channels');
  }
  if (found.isDeep && scale === null) {
    throw new ImageProblem(
      'has 16 bits a channel, but the first image 8; say which values are black and white',
      'valueRange',
    );
  }
}
