import type { Database } from 'better-sqlite3';
import type { RunPart } from '../checksum-parts.ts';
import type { Checkpoints } from '../checkpoints.ts';
import { RUN_PARTS, type Checksums } from '../checksums.ts';
import type { MaskFrames } from '../mask-frames.ts';
import { hashRow } from '../row-hash.ts';
import type { RunTable } from '../run-table.ts';
import type { SeriesTable } from '../series-table.ts';
import type { UpdateRecords } from '../update-records.ts';
import { attempt, VerificationCancelledError, WATCHED, type Findings, type RunVerification } from './findings.ts';
import { remedyFor } from './remedy.ts';
import { verifyCheckpoints } from './verify-checkpoints.ts';
import { verifyChecksum } from './verify-checksum.ts';
import { verifyMasks } from './verify-masks.ts';
import { createSeriesVerifier } from './verify-series.ts';

export interface VerifiedTables {
  database: Database;
  checksums: Checksums;
  runs: RunTable;
  series: SeriesTable;
  frames: MaskFrames;
  records: UpdateRecords;
  checkpoints: Checkpoints;
}

export type VerifyRun = (runId: string, watched?: Int32Array) => RunVerification;

/** Reads all that a run consists of and compares it with its checksums; changes nothing. */
export function createRunVerifier(tables: VerifiedTables): VerifyRun {
  const { database, checksums, runs, series, frames, records, checkpoints } = tables;
  const verifySeries = createSeriesVerifier(database, series.parts);

  return (runId, watched) => {
    const run = runs.keyOf(runId);
    const findings: Findings = { damage: [], unchecked: [] };
    const look = (done: number): void => {
      if (!watched) return;
      Atomics.store(watched, WATCHED.done, done);
      if (Atomics.load(watched, WATCHED.cancel) !== 0) throw new VerificationCancelledError('It was cancelled.');
    };
    // Where one was kept from the first row on, all were.
    const isOld = RUN_PARTS.every((part) => checksums.of(run, part)?.madeAt !== null);
    for (const part of RUN_PARTS) attempt(findings, part, () => verifyChecksum(checksums, run, part, isOld, findings));
    let status: ReturnType<RunTable['one']>['status'] | null = null;
    attempt(findings, 'run', () => (status = runs.one(runId).status));
    attempt(findings, 'series', () => verifySeries(run, findings, look));
    verifyMasks(frames, run, findings);
    attempt(findings, 'records', () => records.verify(runId, run));
    let steps: number[] = [];
    attempt(findings, 'checkpoints', () => {
      steps = verifyCheckpoints(checkpoints, run, frames.layersOf(run), findings);
    });

    const damaged = new Set(findings.damage.map(({ part }) => part as RunPart));
    const sound = RUN_PARTS.filter((part) => !damaged.has(part));
    const sums = RUN_PARTS.map((part) => checksums.of(run, part));
    const isWhole = sums.every((stored) => stored !== undefined);
    return {
      runId,
      digest: isWhole
        ? hashRow([runId, ...sums.flatMap(({ count, sum }) => [count, sum])])
            .toString(16)
            .padStart(8, '0')
        : null,
      ...findings,
      sound,
      remedy: damaged.size === 0 ? null : remedyFor(damaged, sound, status, steps),
    };
  };
}
