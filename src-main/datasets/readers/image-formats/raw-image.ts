import { ImageProblem } from '../image-problem.ts';

/** What the header of an image file says that is read without libvips. */
export interface RawHeader {
  height: number;
  width: number;
  /** Of what is decoded; transparency is not. */
  channels: 1 | 3;
  hasAlpha: boolean;
  /** Whether values are of more than eight bits; then they are decoded to 16. */
  isDeep: boolean;
  /** The largest value that the file can hold, where that is not 255: values are spread to 8 or 16 bits. */
  largest: number;
}

/** @throws ImageProblem where a file ends before the pixels that its header claims */
export function requireBytes(
  present: number,
  needed: number,
  { height, width }: Pick<RawHeader, 'height' | 'width'>,
): void {
  if (present >= needed) return;
  const [has, wants] = [present, needed].map((bytes) => bytes.toLocaleString('en-GB'));
  throw new ImageProblem(
    `cannot be decoded (it claims ${height} × ${width} pixels, at least ${wants} bytes, but holds ${has}: it is cut short)`,
  );
}
