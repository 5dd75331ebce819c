import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { StoreRequest, StoreWorkerData } from '../../src-main/store/protocol.ts';

const LOOK_MILLISECONDS = 10;

/**
 * Makes this thread's store stand, as before a disk that does not answer, at the first points or mask update that it is to append while
 * the data folder has a file of the name `held`, until that is gone. A thread that is no store is left alone. This file
 * imports nothing but Node's modules, so that its text alone can be given to another runtime.
 * @param said what is written to standard error when it stands; nothing where that is null
 */
export function holdStore(held: string, said: string | null): void {
  if (!parentPort || !isStore(workerData)) return;
  const port = parentPort;
  const { folder } = workerData;
  const on = port.on.bind(port);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  port.on = ((event: 'message', hear: (request: StoreRequest) => void) =>
    on(event, (request: StoreRequest) => {
      if (isOfTraining(request) && existsSync(join(folder, held))) {
        if (said !== null) writeSync(2, `${said}\n`);
        while (existsSync(join(folder, held))) Atomics.wait(cell, 0, 0, LOOK_MILLISECONDS);
      }
      hear(request);
    })) as typeof port.on;
}

/** Lines alone come before training: a run that cannot store them does not start. */
const isOfTraining = (request: StoreRequest): boolean =>
  request.kind === 'write' &&
  (request.method === 'appendMaskUpdate' ||
    (request.method === 'appendBatches' && request.args[0].some(({ points }) => points.length > 0)));

const isStore = (data: unknown): data is StoreWorkerData =>
  typeof data === 'object' && data !== null && 'folder' in data && 'access' in data && 'nativeBinding' in data;
