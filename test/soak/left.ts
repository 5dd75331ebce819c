import { existsSync } from 'node:fs';
import { isResumable } from '../../src-main/contract/index.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { withReader } from './outcome.ts';

/** What is left of a plan: all of it, where nothing of it is stored, or runs that are not over. */
export type Left = 'all' | string[];

/** Of the plan whose folder this is. @returns null where all of it is over */
export async function leftOf(folder: string): Promise<Left | null> {
  if (!existsSync(databaseFile(folder))) return 'all';
  return withReader(folder, async (lab) => {
    const runs = await lab.listRuns();
    if (runs.length === 0) return 'all';
    const left = runs.filter((run) => run.status === 'queued' || isResumable(run)).map(({ id }) => id);
    return left.length === 0 ? null : left;
  });
}
