import type { Lab } from '../lab/lab.ts';
import { describeUnstored } from '../lab/runs/unstored.ts';

const FIRST_WORD_MILLISECONDS = 1000;
const NEXT_WORDS_MILLISECONDS = 5000;

/**
 * Closes the lab: runs are suspended, and all that they said is stored. Says how much is left where that takes longer.
 * @throws StoreError saying what is lost
 */
export async function closeLab(lab: Lab, say: (text: string) => void): Promise<void> {
  const tell = (): void => {
    const left = lab.unstored();
    if (left.messages > 0) say(`Storing what is left: ${describeUnstored(left)}.`);
    timer = setTimeout(tell, NEXT_WORDS_MILLISECONDS);
  };
  let timer = setTimeout(tell, FIRST_WORD_MILLISECONDS);
  try {
    await lab.close({ graceful: true });
  } finally {
    clearTimeout(timer);
  }
}
