import { counted, visibleText } from '../contract/index.ts';
import type { Lab } from '../lab/lab.ts';
import type { VerificationReport } from '../lab/verification.ts';
import { EXIT, UsageError, type CommandContext } from './command.ts';
import { printJson } from './output.ts';
import { createProgressLine } from './progress-line.ts';
import { findRun, findTrashedRun } from './values.ts';

/** Quick ones show no progress. */
const SHOWN_AFTER_MILLISECONDS = 1000;

/**
 * `doctor --verify`: reads all that is stored, of the runs that are named or of all, those in the trash among them.
 * @throws UsageError where there is no such run
 */
export async function verifyData({ lab, positionals, json, print }: CommandContext): Promise<number> {
  const runs = await chosenRuns(lab, positionals);
  const startedAt = performance.now();
  const line = createProgressLine(process.stderr, ({ done, total }) => `${Math.floor((100 * done) / total)}%`);
  const report = await lab.verification
    .verify(
      runs,
      { datasets: positionals.length === 0 },
      {
        onProgress: (progress) => {
          if (performance.now() - startedAt > SHOWN_AFTER_MILLISECONDS) line.show(progress);
        },
      },
    )
    .finally(() => line.end());
  const isSound = damagesOf(report) === 0;
  if (json) printJson(print, { damaged: !isSound, ...report });
  else print(describe(report));
  return isSound ? EXIT.done : EXIT.failure;
}

async function chosenRuns(lab: Lab, ids: readonly string[]) {
  if (ids.length === 0) return [...(await lab.listRuns()), ...(await lab.listTrash())];
  const found = await Promise.all(
    ids.map((id) =>
      findTrashedRun(lab, id).catch((error: unknown) => {
        if (!(error instanceof UsageError)) throw error;
        return findRun(lab, id);
      }),
    ),
  );
  return [...new Map(found.map((run) => [run.id, run])).values()];
}

const damagesOf = ({ folder, runs, datasets }: VerificationReport): number =>
  folder.damage.length +
  runs.filter(({ damage }) => damage.length > 0).length +
  datasets.filter(({ problem }) => problem !== null).length;

function describe(report: VerificationReport): string {
  const { folder, runs, datasets } = report;
  const lines = [
    folder.damage.length === 0 ? 'Data folder: no damage found.' : 'Data folder: DAMAGED.',
    ...folder.damage.map(({ part, text }) => `  ${part}: ${text}`),
    ...(folder.damage.length > 0
      ? ['  What to do: take the data folder from a backup, or rescue what can be read: sqlite3 espalier.db .recover']
      : []),
    ...folder.unchecked.map(({ part, text }) => `  ${part}: ${text}`),
    ...runs.flatMap(describeRun),
    ...datasets.map(({ id, problem }) =>
      problem === null ? `Dataset ${id}: no damage found.` : `Dataset ${id}: DAMAGED. ${problem}`,
    ),
    summaryOf(report),
  ];
  return lines.map(visibleText).join('\n');
}

function describeRun({ runId, name, damage, unchecked, remedy }: VerificationReport['runs'][number]): string[] {
  const whose = `Run ${runId} (${name})`;
  const notes = unchecked.map(({ part, text }) => `  not checked, ${part}: ${text}`);
  if (remedy === null)
    return [
      `${whose}: ${unchecked.length > 0 ? 'no damage found in what has checksums.' : 'no damage found.'}`,
      ...notes,
    ];
  return [
    `${whose}: DAMAGED.`,
    ...damage.map(({ part, text }) => `  ${part}: ${text}`),
    `  Still good: ${remedy.usable}.`,
    `  What to do: ${remedy.advice.replaceAll('resume ID', `resume ${runId}`)}`,
    ...notes,
  ];
}

function summaryOf({ folder, runs, datasets }: VerificationReport): string {
  const damaged = runs.filter(({ damage }) => damage.length > 0).length;
  const unsure = runs.filter(({ damage, unchecked }) => damage.length === 0 && unchecked.length > 0).length;
  const parts = [`${counted(runs.length, 'run')} verified`, `${damaged} damaged`];
  if (unsure > 0) parts.push(`${unsure} stored in part before there were checksums`);
  const bad = datasets.filter(({ problem }) => problem !== null).length;
  if (datasets.length > 0) parts.push(`${counted(datasets.length, 'dataset')}, ${bad} damaged`);
  if (folder.damage.length > 0) parts.push('the data folder itself is damaged');
  return `${parts.join('; ')}.`;
}
