import { sparsityNow, type RunListItem } from '../contract/index.ts';
import { fraction, percent, sparsity } from './formats.ts';
import { formatTable, type Column } from './table.ts';

const columns: Column<RunListItem>[] = [
  { title: 'Method', align: 'left', cell: (run) => run.methodTitle },
  { title: 'Sparsity', align: 'right', cell: (run) => sparsity(sparsityNow(run)) },
  { title: 'Test accuracy', align: 'right', cell: (run) => percent(run.final?.testAccuracy) },
  { title: 'Best validation', align: 'right', cell: (run) => percent(run.best?.validationAccuracy) },
  { title: 'R_s', align: 'right', cell: (run) => fraction(run.rs) },
  { title: 'Updates', align: 'right', cell: (run) => String(run.updates) },
  { title: 'Seconds', align: 'right', cell: (run) => run.seconds.toFixed(1) },
  { title: 'Train FLOPs', align: 'right', cell: (run) => `${run.flops.trainRatio.toFixed(3)}×` },
  { title: 'State', align: 'left', cell: (run) => run.status },
  { title: 'ID', align: 'left', cell: (run) => run.id },
];

/** The runs side by side. FLOPs are theoretical, against a dense run of the same length. */
export const comparisonTable = (runs: RunListItem[]): string => formatTable(columns, runs);
