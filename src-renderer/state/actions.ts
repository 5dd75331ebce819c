import type { RunListItem } from '../../src-main/contract/index.ts';
import { plural } from '../ui/format.ts';
import { bridge } from './bridge.ts';
import { confirm } from './dialogs.svelte.ts';
import { askForRun } from './method-questions.svelte.ts';
import { trashQuestion } from './questions.ts';
import { go } from './router.svelte.ts';
import { addRuns, canCancel, canPause, canResume, canTrash, runs, select } from './runs.svelte.ts';
import { toast, toastError } from './toasts.svelte.ts';
import { reloadTrash } from './trash.svelte.ts';
import { download } from '../ui/share.ts';

/** What a person may do with runs. Each says what it did, or why it could not. */

export async function pauseRuns(items: readonly RunListItem[]): Promise<void> {
  await each(items.filter(canPause), (run) => bridge.lab.pauseRun(run.id));
}

export async function resumeRuns(items: readonly RunListItem[]): Promise<void> {
  // One after the other: a question about a method settles it for the runs that follow.
  for (const run of items.filter(canResume)) {
    try {
      const answer = await askForRun(run.id);
      if (answer) await bridge.lab.resumeRun(run.id, answer);
    } catch (error) {
      toastError(error);
    }
  }
}

export async function cancelRuns(items: readonly RunListItem[]): Promise<void> {
  const affected = items.filter(canCancel);
  if (affected.length === 0) return;
  const yes = await confirm({
    title: affected.length === 1 ? `Cancel “${affected[0].name}”?` : `Cancel ${plural(affected.length, 'run')}?`,
    text: 'Training stops. What was reached so far is kept, and can be compared like any other run.',
    confirmLabel: affected.length === 1 ? 'Cancel run' : 'Cancel runs',
    declineLabel: 'Keep training',
    isDangerous: true,
  });
  if (!yes) return;
  try {
    await bridge.lab.cancelRuns(affected.map((run) => run.id));
  } catch (error) {
    toastError(error);
  }
}

/** @param hidden chosen runs that the filter hides: they never go without a question */
export async function trashRuns(items: readonly RunListItem[], hidden: ReadonlySet<string>): Promise<void> {
  const going = items.filter(canTrash);
  if (going.length === 0) return;
  const ids = going.map((run) => run.id);
  const question = trashQuestion(going, items.length - going.length, hidden);
  if (question && !(await confirm(question))) return;
  try {
    await bridge.lab.trashRuns(ids);
  } catch (error) {
    return toastError(error);
  }
  select([...runs.selection].filter((id) => !ids.includes(id)));
  toast(`Moved ${plural(ids.length, 'run')} to the trash.`, { label: 'Undo', run: () => void restoreRuns(ids) });
}

/** Back from the trash. */
export async function restoreRuns(ids: readonly string[]): Promise<void> {
  try {
    await bridge.lab.restoreRuns([...ids]);
    void reloadTrash();
    select([...runs.selection].filter((id) => !ids.includes(id)));
    toast(`Restored ${plural(ids.length, 'run')}.`);
  } catch (error) {
    toastError(error);
  }
}

export async function exportRuns(items: readonly RunListItem[], format: 'csv' | 'json'): Promise<void> {
  try {
    const text = await bridge.lab.exportRuns(
      items.map((run) => run.id),
      format,
    );
    const name = items.length === 1 ? items[0].id : `${items.length}-runs`;
    download(`espalier-${name}.${format}`, text, format === 'csv' ? 'text/csv' : 'application/json');
    toast(`Exported ${plural(items.length, 'run')} as ${format.toUpperCase()}.`);
  } catch (error) {
    toastError(error);
  }
}

export async function renameRun(runId: string, name: string): Promise<void> {
  try {
    await bridge.lab.renameRun(runId, name);
  } catch (error) {
    toastError(error);
  }
}

/** Queues the preset's runs and shows them. */
export async function launchPreset(presetId: string): Promise<void> {
  try {
    const items = await bridge.lab.launchPreset(presetId);
    addRuns(items);
    go({ page: 'runs' });
    toast(`Queued ${plural(items.length, 'run')}.`);
  } catch (error) {
    toastError(error);
  }
}

async function each(items: readonly RunListItem[], act: (run: RunListItem) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(items.map(act));
  for (const outcome of outcomes) if (outcome.status === 'rejected') toastError(outcome.reason);
}
