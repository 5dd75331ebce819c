import type { ImportChoices } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImageSource } from '../image-source.ts';

/**
 * A choice that the reader cannot obey is refused, not forgotten: images that are stored as numbers stay as they are.
 * @throws DatasetError that says which choice to leave out
 */
export function refuseUnusedChoices(
  path: string,
  source: ImageSource,
  { size, channels, labels, valueRange, images, config, trainSplits, testSplits }: ImportChoices,
): void {
  const { prefix, kind, shape, hasValueRange = prefix === 'arrays' } = source;
  const isEncoded = prefix === 'images' || prefix === 'parquet';
  const isOtherSize = size !== null && (size[0] !== shape[0] || size[1] !== shape[1]);
  const isOtherColour = channels !== 'as-is' && (channels === 'grey' ? 1 : 3) !== shape[2];
  if (!isEncoded && (isOtherSize || isOtherColour)) {
    const choice = [isOtherSize ? 'size' : '', isOtherColour ? 'channels' : ''].filter(Boolean).join(' and ');
    throw new DatasetError(
      `${path}: holds ${kind}, images of ${shape.join(' × ')}. Only image files and Parquet files are resized or ` +
        `converted: leave out the choice of ${choice}.`,
      path,
    );
  }
  if (valueRange !== null && !hasValueRange) {
    throw new DatasetError(
      `${path}: holds ${kind}, whose values say what is black and white. Only arrays may need it said: leave out the ` +
        'value range.',
      path,
    );
  }
  const unused = [
    config !== null && prefix !== 'parquet' ? '--config' : '',
    images !== null && prefix !== 'parquet' && prefix !== 'arrays' ? '--images' : '',
    trainSplits !== null && prefix === 'cifar' ? '--train-split' : '',
    testSplits !== null && prefix === 'cifar' ? '--test-split' : '',
  ].filter(Boolean);
  if (unused.length > 0) {
    throw new DatasetError(
      `${path}: holds ${kind}, where there is no such choice: leave out ${unused.join(', ')}.`,
      path,
    );
  }
  if (labels !== null && prefix !== 'arrays' && prefix !== 'parquet') {
    throw new DatasetError(
      `${path}: holds ${kind}, which have one label for each image. Only Parquet files and arrays have several: leave ` +
        `out the choice of labels, ${labels}.`,
      path,
    );
  }
}
