import { MASK_EXPORTS, type LabApi } from '../../../contract/index.ts';
import type { LabEnvironment } from '../../environment.ts';
import type { LabEmitter } from '../../events.ts';
import { LabError } from '../../lab-error.ts';
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
  let current: { cancelling: AbortController; ended: Promise<unknown> } | null = null;

  async function fileFor(name: string): Promise<string | null> {
    if (chooseExport) return chooseExport(name);
    throw new LabError('Name the file to write.');
  }

  return {
    async exportMasks(runId, format, to) {
      if (current) throw new LabError('Another export is under way. Wait for it, or cancel it.');
      const cancelling = new AbortController();
      const work = async () => {
        const file = 'path' in to ? to.path : await fileFor(`espalier-${runId}-masks.${MASK_EXPORTS[format].ending}`);
        if (file === null) return null;
        return exportMasks(lab, {
          ...{ runId, format, file, signal: cancelling.signal },
          onProgress: (progress) => events.emit('export-progress', progress),
        });
      };
      const ended = work();
      current = { cancelling, ended };
      try {
        return await ended;
      } finally {
        current = null;
        events.emit('export-progress', null);
      }
    },
    /** Settles once nothing is written any more. */
    async cancelExport() {
      current?.cancelling.abort();
      await current?.ended.catch(() => undefined);
    },
  };
}
