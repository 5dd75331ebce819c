import { describe, expect, it } from 'vitest';
import { ImageProblem, imageProblemOf } from '../../src-main/datasets/readers/decode-image.ts';

const failed = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

describe('an image that cannot be read', () => {
  it.each(['ENOENT', 'EACCES', 'EISDIR', 'EIO'])('because of its file (%s) is one that cannot be used', (code) => {
    expect(imageProblemOf(failed(code))).toEqual(new ImageProblem(`cannot be read (${code})`));
  });

  it.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'ERR_INVALID_ARG_TYPE'])(
    'because of the machine, or of a defect (%s), is not blamed on its file',
    (code) => {
      const error = failed(code);
      expect(() => imageProblemOf(error)).toThrow(error);
    },
  );
});
