import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExportedFile, ExportProgress, MaskExportFormat } from '../../../contract/index.ts';
import { createProgressMeter } from '../../../datasets/import/progress-meter.ts';
import { syncFolder, TEMPORARY } from '../../../store/whole-files.ts';
import { LabError } from '../../lab-error.ts';
import { csvRows } from './csv.ts';
import { readMaskHistory, type MaskHistory, type MaskReader } from './history.ts';
import { jsonLines } from './json-lines.ts';
import { npzBytes } from './npz.ts';

/** Each format as pieces of its file, made as they are asked for. */
export const MASK_FORMATS: Record<MaskExportFormat, (history: MaskHistory) => AsyncIterable<string | Uint8Array>> = {
  csv: csvRows,
  npz: npzBytes,
  json: jsonLines,
};

export interface MaskExport {
  runId: string;
  format: MaskExportFormat;
  file: string;
  onProgress(progress: ExportProgress): void;
  signal: AbortSignal;
}

/**
 * Writes a run's whole mask history to a file, all or nothing.
 * @throws LabError where there is no mask yet, the file cannot be written, or the export was cancelled
 */
export async function exportMasks(lab: MaskReader, asked: MaskExport): Promise<ExportedFile> {
  const { runId, format, file, onProgress, signal } = asked;
  let [done, total] = [0, 0];
  const meter = createProgressMeter(({ secondsLeft }) => onProgress({ runId, done, total, secondsLeft }));
  const history = await readMaskHistory(lab, runId, () => {
    signal.throwIfAborted();
    meter('', ++done, total);
  });
  total = history.layers.length * history.steps.length;
  if (total === 0) throw new LabError(`Run ${runId} has no masks yet: it has not started.`);
  const partial = `${file}${TEMPORARY}`;
  try {
    const bytes = await writePieces(partial, MASK_FORMATS[format](history), signal);
    await rename(partial, file);
    syncFolder(dirname(file));
    return { file, bytes };
  } catch (error) {
    await rm(partial, { force: true });
    if (signal.aborted) throw new LabError('The export was cancelled. Nothing was written.');
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !('syscall' in (error as object))) throw error;
    throw new LabError(`${file} cannot be written (${message}). Check the free space and the permissions.`);
  }
}

async function writePieces(
  file: string,
  pieces: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const handle = await open(file, 'w');
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted();
      const buffer = Buffer.from(piece);
      await handle.writeFile(buffer);
      bytes += buffer.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return bytes;
}
