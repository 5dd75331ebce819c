import { visibleText } from './visible-text.ts';

/**
 * What is refused or cannot be done, in words for the reader. Messages repeat names and values of files and people: no
 * sign of them acts on a terminal, whoever prints them (`visible-text.ts`); line ends stay. All errors of ours with a
 * name extend it (`eslint.config.js`).
 */
export class ReadableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message.split('\n').map(visibleText).join('\n'), options);
  }
}
