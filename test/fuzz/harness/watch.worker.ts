import { writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { LIMITS } from './limits.ts';
import { WATCH } from './protocol.ts';

/** Watches the cases of its process from a thread of its own, and ends the process where one takes too long. */

const { shared, reasonFile } = workerData as { shared: SharedArrayBuffer; reasonFile: string };
const slots = new Float64Array(shared);

const processorMilliseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const end = (reason: string): void => {
  writeFileSync(reasonFile, reason);
  process.kill(process.pid, 'SIGKILL');
};

setInterval(() => {
  const number = slots[WATCH.caseNumber];
  if (number === 0) return;
  const taken = processorMilliseconds() - slots[WATCH.processorAtStart];
  const waited = Date.now() - slots[WATCH.startedAt];
  // The case may have ended between the two looks.
  if (slots[WATCH.caseNumber] !== number) return;
  if (taken > LIMITS.processorMilliseconds) end(`took more than ${LIMITS.processorMilliseconds} ms of processor time`);
  else if (waited > LIMITS.waitingMilliseconds) end(`waited for more than ${LIMITS.waitingMilliseconds} ms`);
}, 50);
