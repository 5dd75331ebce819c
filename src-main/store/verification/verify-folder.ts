import type { Database } from 'better-sqlite3';
import { FOLDER_PARTS, NO_RUN, type Checksums } from '../checksums.ts';
import type { RunTable } from '../run-table.ts';
import type { StudyTable } from '../study-table.ts';
import type { SettingsTable } from '../small-tables.ts';
import { attempt, type Findings } from './findings.ts';
import { verifyChecksum } from './verify-checksum.ts';

/** Messages of SQLite's own check that are shown. */
const MOST_MESSAGES = 5;

/** Checks the database's file as SQLite does, its indexes among it, and what belongs to no run. */
export function verifyFolder(
  database: Database,
  parts: { checksums: Checksums; runs: RunTable; studies: StudyTable; settings: SettingsTable },
): Findings {
  const { checksums, runs, studies, settings } = parts;
  const findings: Findings = { damage: [], unchecked: [] };
  attempt(findings, 'file', () => {
    const verdicts = database.pragma(`integrity_check(${MOST_MESSAGES})`) as { integrity_check: string }[];
    for (const { integrity_check: text } of verdicts) if (text !== 'ok') findings.damage.push({ part: 'file', text });
  });
  for (const part of FOLDER_PARTS) {
    attempt(findings, part, () => verifyChecksum(checksums, NO_RUN, part, true, findings));
  }
  for (const id of runs.ids()) attempt(findings, 'runs', () => void runs.one(id));
  attempt(findings, 'studies', () => void studies.all());
  for (const key of settings.unreadable()) {
    findings.damage.push({ part: 'settings', text: `the setting ${key} cannot be read: it is as it was at first` });
  }
  return findings;
}
