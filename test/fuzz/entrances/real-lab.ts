import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sourceEnvironment } from '../../../src-main/cli/environment.ts';
import { createLab, type Lab } from '../../../src-main/lab/lab.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import { STARTING } from '../mutation/messages.ts';

/** What takes long, the network or a person is only asked for: a case that gets there was accepted. */
export class Started extends Error {
  override readonly name = 'Started';
}

const WITHHELD: readonly (keyof Lab)[] = [...STARTING, 'diagnostics', 'close'];

export interface RealLab {
  /** Real but for what would start something. */
  lab: Lab;
  /** Of a run that was trained in it. */
  runId: string;
  close(): Promise<void>;
}

let opened: Promise<RealLab> | null = null;

/** A lab in the folder of the cases, with one finished run; the same for all entrances of a host. */
export function openRealLab(folder: string): Promise<RealLab> {
  opened ??= open(folder);
  return opened;
}

async function open(folder: string): Promise<RealLab> {
  const data = join(folder, 'lab');
  mkdirSync(data, { recursive: true });
  const lab = await createLab({
    ...sourceEnvironment(data, 'write'),
    workers: BUNDLED_WORKERS,
    // Debian's place for it lies outside.
    fashionMnistFolder: join(folder, 'no-fashion-mnist'),
    logFile: null,
  });
  const [{ id }] = await lab.launchRuns(
    [{ ...{ method: 'set', network: 'mlp-16', sparsity: 0.8, epochs: 1, batchSize: 256 }, updateEvery: 8, threads: 1 }],
    null,
  );
  await lab.waitForEnd([id]);
  const start = (): Promise<never> => Promise.reject(new Started('Something would be started.'));
  const real = new Proxy(lab, {
    get: (target, name) => (WITHHELD.includes(name as keyof Lab) ? start : (Reflect.get(target, name) as unknown)),
  });
  return {
    lab: real,
    runId: id,
    close() {
      opened = null;
      return lab.close({ graceful: false });
    },
  };
}
