import { defaultImportChoices, type DecidingChoice, type ImportChoices } from '../../contract/index.ts';
import type { ImageSource } from '../image-source.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';

/** A choice that was made and is not there to be made. */
interface Unused {
  choice: DecidingChoice;
  /** What it is called after “the choice of”. */
  called: string;
}

/**
 * A choice that the reader cannot obey is refused, not forgotten: images that are stored as numbers stay as they are.
 * @throws UndecidedImportError that says which choices to leave out, and offers it
 */
export function refuseUnusedChoices(path: string, source: ImageSource, choices: ImportChoices): void {
  const { prefix, kind, shape, hasValueRange = prefix === 'arrays' } = source;
  const { size, channels, labels, valueRange, images, config, trainSplits, testSplits, keepFiles } = choices;
  const isEncoded = prefix === 'images' || prefix === 'parquet';
  const isOtherSize = size !== null && (size[0] !== shape[0] || size[1] !== shape[1]);
  const isOtherColour = channels !== 'as-is' && (channels === 'grey' ? 1 : 3) !== shape[2];
  const refuse = (problem: string, unused: readonly Unused[]): void => {
    const wrong = unused.map(({ called }) => called);
    if (wrong.length === 0) return;
    const what = `the choice of ${listed(wrong)}`;
    const usual = Object.fromEntries(unused.map(({ choice }) => [choice, defaultImportChoices[choice]]));
    throw new UndecidedImportError({
      path,
      problem: `It holds ${kind}, ${problem}: leave out ${what}.`,
      decides: [],
      answers: [{ title: `Leave out ${what}`, outcome: 'all else stays as chosen', choices: usual, preview: null }],
    });
  };
  const chosen = (choice: DecidingChoice, called: string, isUnused: boolean): Unused[] =>
    isUnused ? [{ choice, called }] : [];

  refuse(`images of ${shape.join(' × ')}. Only image files and Parquet files are resized or converted`, [
    ...chosen('size', 'size', !isEncoded && isOtherSize),
    ...chosen('channels', 'channels', !isEncoded && isOtherColour),
  ]);
  refuse('whose values say what is black and white. Only arrays and images of 16 bits may need it said', [
    ...chosen('valueRange', 'value range', valueRange !== null && !hasValueRange),
  ]);
  refuse('which have one label for each image. Only Parquet files and arrays have several', [
    ...chosen('labels', `labels, ${labels}`, labels !== null && prefix !== 'arrays' && prefix !== 'parquet'),
  ]);
  refuse('where there is no such choice', [
    ...chosen('config', 'configuration (--config)', config !== null && prefix !== 'parquet'),
    ...chosen('images', 'images (--images)', images !== null && prefix !== 'parquet' && prefix !== 'arrays'),
    ...chosen('trainSplits', 'training splits (--train-split)', trainSplits !== null && prefix === 'cifar'),
    ...chosen('testSplits', 'test splits (--test-split)', testSplits !== null && prefix === 'cifar'),
  ]);
  refuse('of which no file is one image. Only class folders of images can stay in their files', [
    ...chosen('keepFiles', 'keeping the files (--keep-files)', keepFiles && source.keptFiles === undefined),
  ]);
}
