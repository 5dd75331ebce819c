import type { ImportProgress } from '../contract/index.ts';
import type { Lab } from '../lab/lab.ts';
import { count, megabytes } from './formats.ts';
import { createProgressLine } from './progress-line.ts';

/** Shows how an import or a download comes along. Returns the function that ends it. */
export function showImport(lab: Lab, terminal: NodeJS.WriteStream): () => void {
  const line = createProgressLine(terminal, ({ unit, done, total }: ImportProgress) => {
    const amount = unit === 'bytes' ? megabytes : count;
    return `${amount(done)} of ${amount(total)}`;
  });
  const stop = lab.on('import-progress', (progress) => progress && line.show(progress));
  return () => {
    stop();
    line.end();
  };
}
