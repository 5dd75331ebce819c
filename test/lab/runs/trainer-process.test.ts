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

/** A rule of a person's own method is at work, or has ended. */
const at = (update: number, layer = 0): TrainerEvent => ({ type: 'rule', rule: { rule: 'drop', layer, update } });
const over: TrainerEvent = { type: 'rule', rule: null };

it('a rule that takes over 30 seconds ends its run, and is named', async () => {
  const { process, say } = supervised();
  say(at(1, 2));
  await vi.advanceTimersByTimeAsync(30_000);
  const message = 'its drop rule of layer 2 takes too long';
  expect(await process.ended).toEqual({ kind: 'failed', message, detail: message });
});

it('what its rules take is added up over the layers of an update, what happens between is not', async () => {
  const { process, say } = supervised();
  for (const layer of [0, 1, 2]) {
    say(at(1, layer));
    await vi.advanceTimersByTimeAsync(9_000);
    say(over);
    await vi.advanceTimersByTimeAsync(60_000);
  }
  say(at(1, 3));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await process.ended).toMatchObject({ kind: 'failed', message: 'its drop rule of layer 3 takes too long' });
});

it('every update has 30 seconds of its own', async () => {
  const { process, say, exit } = supervised();
  for (const update of [1, 2, 3]) {
    say(at(update));
    await vi.advanceTimersByTimeAsync(29_000);
    say(over);
  }
  say({ type: 'finished', outcome: 'finished', result });
  exit();
  expect(await process.ended).toEqual({ kind: 'finished', result });
});
