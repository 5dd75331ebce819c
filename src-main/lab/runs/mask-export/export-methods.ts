import { MASK_EXPORTS, type ExportProgress, type LabApi } from '../../../contract/index.ts';
import type { LabEnvironment } from '../../environment.ts';
import type { LabEmitter } from '../../events.ts';
import { LabError } from '../../lab-error.ts';
import { createOneAtATime } from '../../one-at-a-time.ts';
import { exportMasks } from './export-masks.ts';
import type { MaskReader } from './history.ts';

/** The methods of the lab that write a run's masks to a file. */
export type ExportMethods = Pick<LabApi, 'exportMasks' | 'cancelExport'>;

/** One export at a time, announced to everyone who listens. */
export function createExportMethods(
  lab: MaskReader,
  events: LabEmitter,
  { chooseExport }: Pick<LabEnvironment, 'chooseExport'>,
): ExportMethods {
  const exports = createOneAtATime('Another export is under way. Wait for it, or cancel it.', () =>
    events.emit('export-progress', null),
  );

  async function fileFor(name: string): Promise<string | null> {
    if (chooseExport) return chooseExport(name);
    throw new LabError('Name the file to write.');
  }

  return {
    async exportMasks(runId, format, to) {
      // Before the dialog too: it is asked for in vain otherwise. While it is open, closing waits for nothing.
      exports.refuseSecond();
      const file = 'path' in to ? to.path : await fileFor(`espalier-${runId}-masks.${MASK_EXPORTS[format].ending}`);
      if (file === null) return null;
      const onProgress = (progress: ExportProgress) => events.emit('export-progress', progress);
      return exports.run((signal) => exportMasks(lab, { runId, format, file, signal, onProgress }));
    },
    cancelExport: exports.cancel,
  };
}
