import type { RunListItem } from '../../src-main/contract/index.ts';
import { cancelRuns, launchPreset, pauseRuns, resumeRuns } from '../state/actions.ts';
import { go } from '../state/router.svelte.ts';
import { canCancel, canPause, canResume, runs } from '../state/runs.svelte.ts';
import { changeSettings } from '../state/settings.svelte.ts';
import { openPublished } from '../study/published.svelte.ts';
import { destinations } from './destinations.ts';
import { statusWords } from '../ui/status-words.ts';

/** Something that the palette can do. */
export interface Command {
  id: string;
  label: string;
  hint: string;
  run: () => void;
}

/** Everything the palette offers just now: the pages, the demo, the theme, and each run. */
export function listCommands(): Command[] {
  return [
    ...destinations([...runs.selection]).map(({ command, route }): Command => ({
      id: route.page,
      label: command.label,
      hint: command.hint ?? '',
      run: () => go(route),
    })),
    { id: 'trash', label: 'Go to the trash', hint: '', run: () => go({ page: 'trash' }) },
    { id: 'demo', label: 'Run the demo study', hint: '', run: () => void launchPreset('demo') },
    { id: 'new-study', label: 'New study', hint: '', run: () => go({ page: 'studies', id: 'new' }) },
    { id: 'published', label: 'New study from a published experiment', hint: '', run: openPublished },
    { id: 'light', label: 'Theme: light', hint: '', run: () => void changeSettings({ theme: 'light' }) },
    { id: 'dark', label: 'Theme: dark', hint: '', run: () => void changeSettings({ theme: 'dark' }) },
    { id: 'system', label: 'Theme: as the system', hint: '', run: () => void changeSettings({ theme: 'system' }) },
    ...runs.list.flatMap(commandsOf),
  ];
}

function commandsOf(run: RunListItem): Command[] {
  const make = (id: string, label: string, act: () => void): Command => ({
    id: `${id}:${run.id}`,
    label: `${label} ${run.name}`,
    hint: statusWords[run.status],
    run: act,
  });
  const commands = [make('open', 'Open', () => go({ page: 'run', id: run.id }))];
  commands.push(make('masks', 'Masks of', () => go({ page: 'masks', id: run.id })));
  if (canPause(run)) commands.push(make('pause', 'Pause', () => void pauseRuns([run])));
  if (canResume(run)) commands.push(make('resume', 'Resume', () => void resumeRuns([run])));
  if (canCancel(run)) commands.push(make('cancel', 'Cancel', () => void cancelRuns([run])));
  return commands;
}

/** Commands whose label holds every word, at most `most`. */
export function findCommands(commands: readonly Command[], text: string, most: number): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))).slice(0, most);
}
