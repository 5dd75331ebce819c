import {
  MASK_EXPORTS,
  visibleText,
  type ExportProgress,
  type MaskExportFormat,
} from '../../src-main/contract/index.ts';
import { megabytes } from '../ui/format.ts';
import { bridge } from './bridge.ts';
import { toast, toastError } from './toasts.svelte.ts';

let progress = $state.raw<ExportProgress | null>(null);
/** Asked for and not over; the dialog may still be open. */
let isExporting = $state(false);

/** The export of masks under way, whoever asked for it: there is one at a time. */
export const maskExport = {
  get progress(): ExportProgress | null {
    return progress;
  },
  get isBusy(): boolean {
    return isExporting || progress !== null;
  },
};

export function followExports(): void {
  bridge.on('export-progress', (next) => (progress = next));
}

/** Asks for a file and writes all masks of a run to it. */
export async function exportMasks(runId: string, format: MaskExportFormat): Promise<void> {
  isExporting = true;
  try {
    const written = await bridge.lab.exportMasks(runId, format, { choose: 'file' });
    if (written) {
      const { title } = MASK_EXPORTS[format];
      toast(`Wrote the masks as ${title} to ${visibleText(written.file)}, ${megabytes(written.bytes)}.`);
    }
  } catch (error) {
    toastError(error);
  } finally {
    isExporting = false;
  }
}

export const cancelExport = (): Promise<void> => bridge.lab.cancelExport();
