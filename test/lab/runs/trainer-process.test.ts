import { afterEach, expect, it, vi } from 'vitest';
import type { TrainerEvent, TrainerResult } from '../../../src-main/contract/index.ts';
import { superviseTrainer, type TrainerListeners } from '../../../src-main/lab/runs/trainer-process.ts';

afterEach(() => vi.useRealTimers());

const log: TrainerEvent = { type: 'log', level: 'info', text: 'still evaluating' };
const result = { steps: 5 } as TrainerResult;

/** A trainer whose thread says what the test lets it say. */
function supervised() {
  vi.useFakeTimers();
  let listeners: TrainerListeners | null = null;
  const process = superviseTrainer(
    (given) => {
      listeners = given;
      return { setCommand: () => undefined, addStored: () => undefined, terminate: () => given.onExit('terminated') };
    },
    () => Promise.resolve(),
    ({ rule, layer }) => `its ${rule} rule of layer ${layer} takes too long`,
  );
  return { process, say: (event: TrainerEvent) => listeners?.onEvent(event), exit: () => listeners?.onExit('done') };
}

it('a cancelled trainer may take as long as it likes to evaluate, while it says something', async () => {
  const { process, say, exit } = supervised();
  process.ask('cancel');
  for (let at = 0; at < 6; at++) {
    await vi.advanceTimersByTimeAsync(20_000);
    say(log);
  }
  say({ type: 'finished', outcome: 'cancelled', result });
  exit();
  expect(await process.ended).toEqual({ kind: 'cancelled', result });
});

it('a cancelled trainer that says nothing is stopped', async () => {
  const { process, say } = supervised();
  process.ask('cancel');
  await vi.advanceTimersByTimeAsync(20_000);
  say(log);
  await vi.advanceTimersByTimeAsync(29_000);
  say(log);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await process.ended).toEqual({ kind: 'stopped' });
});
