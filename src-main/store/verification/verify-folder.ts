import type { Database } from 'better-sqlite3';
import { FOLDER_PARTS, NO_RUN, type Checksums } from '../checksums.ts';
import type { StudyTable } from '../study-table.ts';
import type { SettingsTable } from '../small-tables.ts';
import { attempt, type Findings } from './findings.ts';
import { verifyChecksum } from './verify-checksum.ts';

/** Messages of SQLite's own check that are shown. */
const MOST_MESSAGES = 5;

/** Checks the database's file as SQLite does, its indexes among it, and what belongs to no run. */
export function verifyFolder(
  database: Database,
  { checksums, studies, settings }: { checksums: Checksums; studies: StudyTable; settings: SettingsTable },
): Findings {
  const findings: Findings = { damage: [], unchecked: [] };
  attempt(findings, 'file', () => {
    const verdicts = database.pragma(`integrity_check(${MOST_MESSAGES})`) as { integrity_check: string }[];
    for (const { integrity_check: text } of verdicts) if (text !== 'ok') findings.damage.push({ part: 'file', text });
  });
  for (const part of FOLDER_PARTS) {
    attempt(findings, part, () => verifyChecksum(checksums, NO_RUN, part, true, findings));
  }
  attempt(findings, 'studies', () => void studies.all());
  attempt(findings, 'settings', () => void settings.read());
  return findings;
}
