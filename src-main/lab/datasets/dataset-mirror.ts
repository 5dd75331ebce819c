import { shortened } from '../../contract/index.ts';
import { LabError } from '../lab-error.ts';
/**
 * Where official files of datasets are fetched from instead of their publishers: `ESPALIER_DATASETS`, an address that
 * holds them as `ID/FILE`. Their checksums stay those of the publishers.
 * @throws Error where it is no address
 */
export function datasetMirror(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment.ESPALIER_DATASETS;
  if (!named) return undefined;
  if (/^https?:/.test(named) && URL.canParse(named)) return named;
  throw new LabError(`ESPALIER_DATASETS must be an http or https address, not ${shortened(named)}.`);
}
