import { createHash } from 'node:crypto';
import { METRICS } from '../../src-main/contract/index.ts';
import { sourceEnvironment } from '../../src-main/cli/environment.ts';
import { createLab, type Lab } from '../../src-main/lab/lab.ts';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';

/** What training determines of a run, each part by its SHA-256 or as it is: `series rs`, `mask fc1`, `weights`. */
export type RunOutcome = Record<string, string>;

export interface FolderContent {
  /** By method and seed, which no two runs of a plan share. */
  runs: Record<string, RunOutcome>;
  points: number;
  updates: number;
  /** That its runs trained, one after the other. */
  seconds: number;
  /** Of a study, each group's means; null without one. */
  study: string | null;
}

/** What a clock says: how long training and waiting took. */
const CLOCKS: string[] = [METRICS.elapsedSeconds, METRICS.starvation];

/** Calls `work` with the lab of a folder, opened for reading. */
export async function withReader<T>(folder: string, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await createLab({ ...sourceEnvironment(folder, 'read'), workers: BUNDLED_WORKERS });
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

/** Everything that training determined of all runs of a data folder. */
export const contentOf = (folder: string): Promise<FolderContent> =>
  withReader(folder, async (lab) => {
    const content: FolderContent = { runs: {}, points: 0, updates: 0, seconds: 0, study: null };
    for (const run of await lab.listRuns()) {
      const name = `${run.method}, seed ${run.seed}`;
      if (name in content.runs) throw new Error(`There are two runs of ${name}.`);
      const masks = await masksOf(lab, run.id);
      const series = await seriesOf(lab, run.id);
      const { weightsHash, status, steps, epochs, updates, rs, best, final } = run;
      const summary = JSON.stringify({ status, steps, epochs, updates, rs, best, final });
      content.runs[name] = { weights: weightsHash ?? 'none', summary, ...masks.digests, ...series.digests };
      content.seconds += run.seconds;
      content.points += series.points;
      content.updates += masks.updates;
    }
    const [study] = await lab.listStudies();
    if (study) {
      const { groups } = await lab.getStudyResults(study.id);
      content.study = JSON.stringify(
        groups.map(({ method, seeds, finished, measures }) => {
          const { testAccuracy, lastValidation, rs } = measures;
          return { method, seeds, finished, testAccuracy, lastValidation, rs };
        }),
      );
    }
    return content;
  });

async function seriesOf(lab: Lab, id: string): Promise<{ digests: RunOutcome; points: number }> {
  const digests: RunOutcome = {};
  let points = 0;
  for (const { metric } of await lab.listMetrics(id)) {
    const [{ steps, values }] = await lab.readSeries({ runIds: [id], metric });
    points += steps.length;
    // Of what a clock says, only where it was read.
    digests[`series ${metric}`] = digest(
      Float64Array.from(steps),
      ...(CLOCKS.includes(metric) ? [] : [Float64Array.from(values)]),
    );
  }
  return { digests, points };
}

/** Every layer's mask after every update, with what the update dropped and grew again. */
async function masksOf(lab: Lab, id: string): Promise<{ digests: RunOutcome; updates: number }> {
  const { layers, steps } = await lab.maskTimeline(id);
  const digests: RunOutcome = {};
  for (const [layer, { name }] of layers.entries()) {
    const hash = createHash('sha256');
    for (const [update, step] of steps.entries()) {
      const { positions, regrown, states } = await lab.maskView(id, layer, update);
      hash.update(`${step}:${digest(positions, regrown, states)}\n`);
    }
    digests[`mask ${name}`] = hash.digest('hex');
  }
  return { digests, updates: Math.max(0, steps.length - 1) };
}

/** SHA-256 of arrays, each with its length before it. */
function digest(...arrays: (Float64Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(`${array.byteLength}:`).update(array);
  return hash.digest('hex');
}

/** What differs, in words; none where the two are the same. */
export function differences(killed: FolderContent, alone: FolderContent): string[] {
  const found: string[] = [];
  for (const name of new Set([...Object.keys(killed.runs), ...Object.keys(alone.runs)])) {
    const [one, other] = [killed.runs[name], alone.runs[name]];
    if (!one || !other) found.push(`${name}: is missing ${one ? 'where nothing was killed' : 'after the kills'}`);
    else
      for (const part of new Set([...Object.keys(one), ...Object.keys(other)]))
        if (one[part] !== other[part]) found.push(`${name}: ${part}: ${one[part]} instead of ${other[part]}`);
  }
  if (killed.study !== alone.study) found.push(`study: ${killed.study} instead of ${alone.study}`);
  return found;
}
