import {
  visibleText,
  type StudyDefinition,
  type StudyFormat,
  type StudyListItem,
  type StudyResults,
} from '../../src-main/contract/index.ts';
import { bridge, messageOf } from '../state/bridge.ts';
import { confirm } from '../state/dialogs.svelte.ts';
import { paced } from '../state/pace.ts';
import { resumeQuestion } from '../state/questions.ts';
import { toast, toastError } from '../state/toasts.svelte.ts';
import { copyText } from '../ui/share.ts';

type Loaded<T> = { kind: 'loading' } | { kind: 'ready'; value: T } | { kind: 'failed'; message: string };

const REFRESH_MILLISECONDS = 1000;

/** Asks again whenever runs change, at most once a second, for as long as the component lives. */
function followed<T>(ask: () => Promise<T>): { readonly state: Loaded<T>; reload(): void } {
  let state = $state.raw<Loaded<T>>({ kind: 'loading' });
  let isGone = false;
  const load = async (): Promise<void> => {
    try {
      const value = await ask();
      if (!isGone) state = { kind: 'ready', value };
    } catch (error) {
      if (!isGone) state = { kind: 'failed', message: messageOf(error) };
    }
  };
  const soon = paced(() => void load(), REFRESH_MILLISECONDS);
  $effect(() => {
    const stops = [bridge.on('runs-changed', soon), bridge.on('runs-removed', soon)];
    soon();
    return () => {
      isGone = true;
      soon.cancel();
      for (const stop of stops) stop();
    };
  });
  return {
    get state() {
      return state;
    },
    reload: soon,
  };
}

export const followStudies = () => followed<StudyListItem[]>(() => bridge.lab.listStudies());
export const followResults = (id: string) => followed<StudyResults>(() => bridge.lab.getStudyResults(id));

/** The new study; null where it was refused, which a notice says. */
export async function launchStudy(definition: StudyDefinition): Promise<StudyListItem | null> {
  try {
    return await bridge.lab.launchStudy(definition);
  } catch (error) {
    toastError(error);
    return null;
  }
}

/** Goes on with a study; what is in the trash is trained anew only where the person wants that. */
export async function resumeStudy({ id, name, trashedRunIds }: StudyListItem): Promise<void> {
  const question = resumeQuestion(trashedRunIds.length);
  if (question && !(await confirm(question))) return;
  try {
    await bridge.lab.resumeStudy(id);
    toast(`Going on with “${visibleText(name)}”.`);
  } catch (error) {
    toastError(error);
  }
}

const NAMES: Record<StudyFormat, string> = { csv: 'CSV', markdown: 'Markdown', latex: 'LaTeX', json: 'JSON' };

export async function copyStudy({ id }: StudyListItem, format: StudyFormat): Promise<void> {
  try {
    await copyText(await bridge.lab.exportStudy(id, format));
    toast(`Copied as ${NAMES[format]}.`);
  } catch (error) {
    toastError(error);
  }
}
