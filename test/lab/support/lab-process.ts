import { createLab } from '../../../src-main/lab/lab.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import type { ConfigurationInput } from '../../../src-main/contract/index.ts';
import { fileURLToPath } from 'node:url';

/** A process that trains one run in a data folder until it is killed. Arguments: folder, configuration as JSON. */

const [folder, configuration] = process.argv.slice(2);

const lab = await createLab({
  dataFolder: folder,
  access: 'write',
  workers: BUNDLED_WORKERS,
  kernelsFolder: fileURLToPath(new URL('../../../out/kernels', import.meta.url)),
  methodTypesFile: fileURLToPath(new URL('../../../resources/espalier.d.ts', import.meta.url)),
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
