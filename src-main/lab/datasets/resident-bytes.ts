import { shortened } from '../../contract/index.ts';
import { LabError } from '../lab-error.ts';
/**
 * `ESPALIER_RESIDENT_MIB`: datasets above it stream from disk; undefined where the machine's memory decides.
 * @throws Error where it is no whole number
 */
export function residentBytes(environment: NodeJS.ProcessEnv = process.env): number | undefined {
  const given = environment.ESPALIER_RESIDENT_MIB;
  if (!given) return undefined;
  if (!/^\d+$/.test(given))
    throw new LabError(`ESPALIER_RESIDENT_MIB is "${shortened(given)}", not a whole number of MiB.`);
  return Number(given) * 2 ** 20;
}
