/** An image cannot be used; the message is the end of a sentence that starts with the file's name. */
export class ImageProblem extends Error {
  override readonly name = 'ImageProblem';
}

/** What keeps an image from being used, where reading or decoding it failed for that; @throws any other error again */
export function imageProblemOf(error: unknown): ImageProblem {
  if (error instanceof ImageProblem) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new ImageProblem(`cannot be read (${code})`);
}
