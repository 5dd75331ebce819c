import { describe, expect, it } from 'vitest';
import { closeInGoodOrder, type ClosingParts } from '../../src-main/desktop/closing.ts';

const left = { runs: 2, messages: 1200, bytes: 3 * 2 ** 20, because: null };

/** What a person is asked and told while the lab closes, which ends when the test says so. */
function closing(answers: boolean[]) {
  const asked: string[] = [];
  const told: string[] = [];
  let settle: { resolve(): void; reject(error: Error): void } | null = null;
  const closed = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const questions: { signal: AbortSignal }[] = [];
  const parts: ClosingParts = {
    close: () => closed,
    unstored: () => left,
    waitOn(question, signal) {
      asked.push(question.message);
      questions.push({ signal });
      const answer = answers.shift();
      // Without an answer the question stays open.
      return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer);
    },
    tellLoss: (text) => Promise.resolve(void told.push(text)),
    limitMilliseconds: 1,
  };
  return { parts, asked, told, questions, end: () => settle!, closed };
}

describe('closing the lab', () => {
  it('asks nothing where it is done in time', async () => {
    const { parts, asked, told, end } = closing([]);
    end().resolve();
    await closeInGoodOrder({ ...parts, limitMilliseconds: 60_000 });
    expect([asked, told]).toEqual([[], []]);
  });

  it('asks how much longer, with what is not stored, and says what is lost where nobody waits on', async () => {
    const { parts, asked, told } = closing([true, true, false]);
    await closeInGoodOrder(parts);
    expect(asked).toEqual(Array(3).fill('Not stored yet: 1,200 messages (3.0 MiB) of 2 runs. Wait for that?'));
    expect(told).toEqual([expect.stringContaining('and lost, are 1,200 messages (3.0 MiB) of 2 runs. ')]);
  });

  it('asks about the database alone where all of the runs is stored, and then calls nothing lost', async () => {
    const { parts, asked, told } = closing([true, false]);
    await closeInGoodOrder({ ...parts, unstored: () => ({ runs: 0, messages: 0, bytes: 0, because: null }) });
    expect(asked).toEqual(Array(2).fill('The database is not closed yet. Wait for it?'));
    expect(told).toEqual([]);
  });

  it('withdraws the question where it is done meanwhile', async () => {
    const { parts, asked, told, questions, end } = closing([]);
    const done = closeInGoodOrder(parts);
    await expect.poll(() => asked.length).toBe(1);
    end().resolve();
    await done;
    expect(questions[0].signal.aborted).toBe(true);
    expect(told).toEqual([]);
  });

  it('says what the lab says is lost', async () => {
    const { parts, told, end } = closing([]);
    end().reject(new Error('not stored, and lost, are 3 points of run abcd'));
    await closeInGoodOrder({ ...parts, limitMilliseconds: 60_000 });
    expect(told).toEqual(['not stored, and lost, are 3 points of run abcd']);
  });
});
