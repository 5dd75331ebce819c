import type { StudyDefinition } from '../../../src-main/contract/index.ts';
import { createLab } from '../../../src-main/lab/lab.ts';
import { sourceEnvironment } from '../../../src-main/cli/environment.ts';

/** A process that trains one study in a data folder until it is killed. Arguments: folder, definition as JSON. */

const [folder, definition] = process.argv.slice(2);
const lab = await createLab(sourceEnvironment(folder, 'write'));
lab.on('runs-changed', () => {
  void lab.listStudies().then(([study]) => process.stdout.write(`${JSON.stringify(study?.counts ?? null)}\n`));
});
await lab.launchStudy(JSON.parse(definition) as StudyDefinition);
