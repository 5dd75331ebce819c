import { median } from '../printing.ts';

const WARM_UP_STEPS = 3;
/** Steps asked for before the first of them is through, so that the card never waits for this process. */
const STEPS_AHEAD = 3;
const LEAST_STRETCHES = 3;
/** Long beside what ends a stretch. */
const STRETCH_MILLISECONDS = 60;
/** Where a turn is short, so are its stretches. */
const STRETCHES_IN_A_TURN = 4;

const stepsOf = (milliseconds: number, seconds: number) =>
  Math.ceil(Math.min(STRETCH_MILLISECONDS, (1000 * seconds) / STRETCHES_IN_A_TURN) / milliseconds);

/**
 * Milliseconds of a step in a stretch of them, which ends as the last result arrives: the median of about `seconds` of
 * stretches. What is measured is how fast steps follow each other, as in the peer.
 */
export async function timeSteps(step: () => Promise<unknown>, seconds: number): Promise<number> {
  await stretch(step, WARM_UP_STEPS);
  const steps = Math.max(2, stepsOf(await stretch(step, 2), seconds));
  const milliseconds: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || milliseconds.length < LEAST_STRETCHES)
    milliseconds.push(await stretch(step, steps));
  return median(milliseconds);
}

async function stretch(step: () => Promise<unknown>, steps: number): Promise<number> {
  const startedAt = performance.now();
  const ahead: Promise<unknown>[] = [];
  for (let i = 0; i < steps; i++) {
    if (ahead.length === STEPS_AHEAD) await ahead.shift();
    ahead.push(step());
  }
  await Promise.all(ahead);
  return (performance.now() - startedAt) / steps;
}

/** Milliseconds of what `submit` hands to the card, in stretches of several; of about `seconds` of them the least. */
export async function timeSubmitted(device: GPUDevice, submit: () => void, seconds: number): Promise<number> {
  const run = async (times: number) => {
    const startedAt = performance.now();
    for (let i = 0; i < times; i++) submit();
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - startedAt) / times;
  };
  await run(1);
  const times = Math.max(1, stepsOf(await run(2), seconds));
  let least = Infinity;
  const end = performance.now() + seconds * 1000;
  do least = Math.min(least, await run(times));
  while (performance.now() < end);
  return least;
}
