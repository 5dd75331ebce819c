import { describeQuestion, type ImportQuestion } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';

/** What is to be imported can be understood in more than one way; the message names the choices that decide. */
export class UndecidedImportError extends DatasetError {
  readonly question: ImportQuestion;

  constructor(question: ImportQuestion) {
    super(describeQuestion(question), question.path);
    this.question = question;
  }
}

/** `a`, `a and b`, `a, b and c` */
export const listed = (names: readonly string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? 'nothing');

/** `1,200 images` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
