import type { SortKey } from './rows.ts';

export interface Column {
  sort: SortKey;
  label: string;
  title: string;
  isNumber: boolean;
}

export const COLUMNS: readonly Column[] = [
  { sort: 'name', label: 'Name', title: 'Name', isNumber: false },
  { sort: 'status', label: 'Status', title: 'Status', isNumber: false },
  { sort: 'method', label: 'Method', title: 'Method', isNumber: false },
  { sort: 'sparsity', label: 'Sparsity', title: 'Share of prunable weights that are absent', isNumber: true },
  { sort: 'validation', label: 'Validation', title: 'Validation accuracy, the latest', isNumber: true },
  { sort: 'test', label: 'Test', title: 'Test accuracy, read once at the end', isNumber: true },
  { sort: 'rs', label: 'R_s', title: 'Share of prunable weights ever active', isNumber: true },
  { sort: 'progress', label: 'Progress', title: 'Progress and time left', isNumber: false },
  { sort: 'seconds', label: 'Time', title: 'Time spent training, pauses left out', isNumber: true },
];
