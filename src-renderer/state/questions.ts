import type { RunListItem } from '../../src-main/contract/index.ts';
import { count, plural } from '../ui/format.ts';

/** What a person is asked before something is done to runs. */
export interface Question {
  title: string;
  text: string;
  confirmLabel: string;
  declineLabel: string;
  isDangerous: boolean;
}

/**
 * Asked before runs go to the trash; null for a single one in plain sight, which needs no question.
 * @param staying how many of the chosen runs are not over and stay
 * @param hidden chosen runs that the filter hides
 */
export function trashQuestion(
  going: readonly RunListItem[],
  staying: number,
  hidden: ReadonlySet<string>,
): Question | null {
  const unseen = going.filter(({ id }) => hidden.has(id)).length;
  const isOne = going.length === 1;
  if (going.length === 0 || (isOne && unseen === 0)) return null;
  const which = unseen < going.length ? `${count(unseen)} of them` : isOne ? 'it' : 'all of them';
  const sentences = [
    ...(unseen > 0 ? [`The filter hides ${which}.`] : []),
    ...(staying > 0 ? [`${plural(staying, 'chosen run')} not over yet ${staying === 1 ? 'stays' : 'stay'}.`] : []),
    `The trash keeps ${isOne ? 'it' : 'them'} until you restore ${isOne ? 'it' : 'them'}.`,
  ];
  return {
    title: `Move ${isOne ? `“${going[0].name}”` : plural(going.length, 'run')} to the trash?`,
    text: sentences.join(' '),
    confirmLabel: 'Move to trash',
    declineLabel: 'Keep',
    isDangerous: true,
  };
}

/** Asked before a study goes on whose runs are partly in the trash; null where none are. */
export function resumeQuestion(missing: number): Question | null {
  if (missing === 0) return null;
  const isOne = missing === 1;
  return {
    title: `Train ${plural(missing, 'run')} anew?`,
    text:
      `${plural(missing, 'run')} of this study ${isOne ? 'is' : 'are'} in the trash, and resuming trains ` +
      `${isOne ? 'it' : 'them'} from the start. Restoring instead brings ${isOne ? 'it' : 'them'} back as ` +
      `${isOne ? 'it was' : 'they were'}.`,
    confirmLabel: 'Train anew',
    declineLabel: 'Cancel',
    isDangerous: false,
  };
}
