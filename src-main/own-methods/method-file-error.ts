import { ReadableError } from '../contract/index.ts';

/** A file cannot be a method, or its rules went wrong; the message names the file, and the line where that is known. */
export class MethodFileError extends ReadableError {
  override readonly name = 'MethodFileError';
}

/** `file:line` of the first call within that file; the file's name alone where no call is in it. */
export function lineWithin(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const escaped = file.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const line = new RegExp(String.raw`(?:^|[\s(/\\])${escaped}:(\d+)`, 'm').exec(stack)?.[1];
  return line === undefined ? file : `${file}:${line}`;
}
