/** The formats that a run's whole mask history is written in. */
export const MASK_EXPORT_FORMATS = ['csv', 'npz', 'json'] as const;
export type MaskExportFormat = (typeof MASK_EXPORT_FORMATS)[number];

/** What a file of each is for, and what its name ends in. */
export const MASK_EXPORTS: Record<MaskExportFormat, { title: string; ending: string }> = {
  csv: { title: 'CSV', ending: 'csv' },
  npz: { title: 'NumPy', ending: 'npz' },
  // A document a line.
  json: { title: 'JSON lines', ending: 'jsonl' },
};

/** Where an export goes: a path, or what the person chooses in the system's dialog. */
export type ExportTarget = { path: string } | { choose: 'file' };

/** A file that was written. */
export interface ExportedFile {
  file: string;
  bytes: number;
}

/** How far an export has come. */
export interface ExportProgress {
  runId: string;
  /** Masks of a layer after an update. */
  done: number;
  total: number;
  /** null while estimating. */
  secondsLeft: number | null;
}
