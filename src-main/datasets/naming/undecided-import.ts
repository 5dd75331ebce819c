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
