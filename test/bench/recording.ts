import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceEnvironment } from '../../src-main/cli/environment.ts';
import { defaultImportChoices, type ConfigurationInput } from '../../src-main/contract/index.ts';
import { createLab } from '../../src-main/lab/lab.ts';
import { idxBytes } from '../datasets/support/idx-files.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { machine, say, table, writeResult } from './support.ts';

const NAME = 'tiny';
const TRAIN_COUNT = 400;

/** A step takes well under a millisecond, and after every second one the masks are updated. */
const configuration: ConfigurationInput = {
  dataset: NAME,
  network: 'mlp-64-32',
  method: 'set',
  sparsity: 0.8,
  batchSize: 80,
  updateEvery: 2,
  stopFraction: 1,
  engine: 'cpu',
  threads: 1,
  checkpointEvery: 100,
};

/** A run that has more to record than to compute: how long it trains, how much longer until all is stored, and memory. */
export async function benchRecording({ json, epochs }: { json: boolean; epochs: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  try {
    const lab = await createLab({
      ...sourceEnvironment(join(folder, 'data'), 'write', { runsAtOnce: 1 }),
      logFile: null,
    });
    const path = writeTinyData(join(folder, 'files'));
    await lab.importDataset({ path }, { ...defaultImportChoices, name: NAME });
    const residentBefore = process.memoryUsage.rss();
    let lastStepAt = 0;
    const stop = lab.on('runs-changed', ([{ progress }]) => {
      if (progress.step === progress.totalSteps) lastStepAt ||= performance.now();
    });
    const startedAt = performance.now();
    const [{ id }] = await lab.launchRuns([{ ...configuration, epochs }], null);
    const [run] = await lab.waitForEnd([id]);
    const announcedAt = performance.now();
    stop();
    await lab.close();
    const storedAt = performance.now();
    const seconds = {
      toLastStep: (lastStepAt - startedAt) / 1000,
      toAnnounced: (announcedAt - startedAt) / 1000,
      toStored: (storedAt - startedAt) / 1000,
    };
    const mebibytes = {
      before: residentBefore / 2 ** 20,
      most: process.resourceUsage().maxRSS / 2 ** 10,
    };
    const { status, steps, updates, weightsHash } = run;
    const result = { machine: machine(), epochs, status, steps, updates, weightsHash, seconds, mebibytes };
    const file = writeResult('recording', result);
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else {
      const rows = [
        ['last step', `${seconds.toLastStep.toFixed(1)} s`],
        [`${status} announced`, `${seconds.toAnnounced.toFixed(1)} s`],
        ['all of it stored', `${seconds.toStored.toFixed(1)} s`],
        ['resident before', `${mebibytes.before.toFixed(0)} MiB`],
        ['resident at most', `${mebibytes.most.toFixed(0)} MiB`],
      ];
      process.stdout.write(
        `${result.machine}\n${epochs} epochs, ${steps} steps, ${updates} mask updates\n\n` +
          `${table(['', ''], rows)}\n\nwritten to ${file}\n`,
      );
    }
    if (status !== 'finished') say(`The run is ${status}: ${run.failure ?? ''}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeTinyData(folder: string): string {
  const { shape, train, test } = tinyData(TRAIN_COUNT, 100);
  mkdirSync(folder);
  for (const [prefix, { count, pixels, labels }] of [['train', train] as const, ['t10k', test] as const]) {
    const images = idxBytes([count, shape[0], shape[1]], Uint8Array.from(pixels));
    writeFileSync(join(folder, `${prefix}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), idxBytes([count], Uint8Array.from(labels)));
  }
  return folder;
}
