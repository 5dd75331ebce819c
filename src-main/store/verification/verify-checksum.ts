import { counted } from '../../contract/index.ts';
import type { Part } from '../checksum-parts.ts';
import { CHECKSUMS_SINCE, type Checksums } from '../checksums.ts';
import { sumRows } from '../row-hash.ts';
import { dateOf, type Findings } from './findings.ts';

/**
 * Compares the rows of a part with its checksum.
 * @param isOld whether rows of before there were checksums may be there, so that it may have none
 */
export function verifyChecksum(
  checksums: Checksums,
  run: number,
  part: Part,
  isOld: boolean,
  findings: Findings,
): void {
  const stored = checksums.of(run, part);
  const found = sumRows(checksums.rowsOf(run, part));
  if (!stored) {
    const text = isOld
      ? `what was stored before data version ${CHECKSUMS_SINCE} has no checksum`
      : 'its checksum is missing';
    if (isOld) findings.unchecked.push({ part, text });
    else findings.damage.push({ part, text });
    return;
  }
  if (found.count !== stored.count) {
    const text = `it has ${counted(found.count, 'row')} where ${counted(stored.count, 'row')} were stored`;
    findings.damage.push({ part, text });
  } else if (found.sum !== stored.sum) {
    findings.damage.push({ part, text: 'its content is not what was stored: the checksum does not fit' });
  }
  if (stored.madeAt === null) return;
  const text = `what was stored before ${dateOf(stored.madeAt)} had no checksum until then`;
  findings.unchecked.push({ part, text });
}
