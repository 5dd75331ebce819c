import { createLab } from '../../../src-main/lab/lab.ts';
import type { ConfigurationInput } from '../../../src-main/contract/index.ts';
import { fileURLToPath } from 'node:url';

/** A process that trains one run in a data folder until it is killed. Arguments: folder, configuration as JSON. */

const [folder, configuration] = process.argv.slice(2);
const source = (path: string): URL => new URL(`../../../${path}`, import.meta.url);

const lab = await createLab({
  dataFolder: folder,
  access: 'write',
  workers: {
    training: source('src-main/training/training.worker.ts'),
    store: source('src-main/store/store.worker.ts'),
    batch: source('src-main/training/batches/batch.worker.ts'),
    kernel: source('src-main/engine/cpu/kernel.worker.ts'),
    import: source('src-main/datasets/import/import.worker.ts'),
  },
  kernelsFolder: fileURLToPath(source('out/kernels')),
  version: 'test',
  logFile: null,
  startQueued: true,
});
const report = async (id: string): Promise<void> => {
  const { item, checkpointEpoch } = await lab.getRun(id);
  process.stdout.write(`${JSON.stringify({ steps: item.steps, checkpointEpoch, status: item.status })}\n`);
};
lab.on('runs-changed', ([run]) => void report(run.id));
await lab.launchRuns([JSON.parse(configuration) as ConfigurationInput], null);
