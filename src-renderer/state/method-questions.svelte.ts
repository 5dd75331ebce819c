import type { MethodSource } from '../../src-main/contract/index.ts';
import { bridge } from './bridge.ts';
import { isWaiting, methods, putOffMethod } from './methods.svelte.ts';
import { toast, toastError } from './toasts.svelte.ts';

/** What is asked before a file of the person's own is loaded, or a run goes on by another content of it. */
export interface MethodQuestion {
  title: string;
  source: MethodSource;
  /** What stands over the code. */
  text: string;
  /** The line that differs, where a run is to go on. */
  difference: string | null;
  acceptLabel: string;
}

let open = $state.raw<{ question: MethodQuestion; answer: (yes: boolean) => void } | null>(null);

export const methodQuestions = {
  get question(): MethodQuestion | null {
    return open?.question ?? null;
  },
};

export function answerMethodQuestion(yes: boolean): void {
  const asked = open;
  open = null;
  asked?.answer(yes);
}

const ask = (question: MethodQuestion): Promise<boolean> => {
  open?.answer(false);
  return new Promise((resolve) => (open = { question, answer: resolve }));
};

const PROGRAM =
  'This file is a program: loaded, it runs with all that Espalier may do on this machine, your files among it. ' +
  'Load it where you wrote it, or have read it and trust who did; you are asked again when it changes.';

/** Shows a new or changed file, and loads it where the person says so. */
export async function askToLoad(file: string): Promise<void> {
  try {
    const source = await bridge.lab.readMethodFile(file);
    const report = methods.files.find((one) => one.file === file);
    const isChanged = report?.state === 'changed';
    const yes = await ask({
      title: isChanged ? `${file} has changed: load it?` : `Load ${file}?`,
      ...{ source, text: PROGRAM, difference: null, acceptLabel: 'Load it' },
    });
    if (!yes) return putOffMethod(source.sha256);
    await bridge.lab.trustMethod(file, source.sha256);
    toast(`Allowed ${file}.`);
  } catch (error) {
    toastError(error);
  }
}

/** What is new or has changed, one after the other until one is put off. */
export async function askForAll(): Promise<void> {
  for (const { file, sha256 } of methods.toAskFor) {
    await askToLoad(file);
    if (methods.files.some((one) => one.sha256 === sha256 && isWaiting(one))) return;
  }
}

/** Asks for the content that a run has stored; true where it may be loaded then. */
async function askForStored(name: string, source: MethodSource): Promise<boolean> {
  const yes = await ask({
    title: `Load the method of “${name}”?`,
    ...{ source, difference: null, acceptLabel: 'Load it' },
    text: `The run was started with this content of ${source.file}, which was never allowed here. ${PROGRAM}`,
  });
  if (yes) await bridge.lab.trustMethod(source.file, source.sha256);
  return yes;
}

/** What a run of a person's own method needs before it goes on; null where the person declined. */
export async function askForRun(runId: string): Promise<{ acceptsChangedMethod: boolean } | null> {
  const { item, ownMethod } = await bridge.lab.getRun(runId);
  if (!ownMethod || item.status === 'paused') return { acceptsChangedMethod: false };
  const { source, change, isAllowed } = ownMethod;
  if (!change) return isAllowed || (await askForStored(item.name, source)) ? { acceptsChangedMethod: false } : null;
  const yes = await ask({
    title: `The method of “${item.name}” has changed`,
    source: change.now,
    text:
      `The run was started with other content of ${source.file}: going on, its later updates follow other rules than its ` +
      `first ones. Put the file back as it was to go on as it began.${change.isAllowed ? '' : ` ${PROGRAM}`}`,
    difference: change.difference,
    acceptLabel: 'Go on with the change',
  });
  if (!yes) return null;
  if (!change.isAllowed) await bridge.lab.trustMethod(source.file, change.now.sha256);
  return { acceptsChangedMethod: true };
}

/** Of a run that waits in the queue for its method to be allowed. */
export async function allowMethodOf(runId: string): Promise<void> {
  try {
    const { item, ownMethod } = await bridge.lab.getRun(runId);
    if (ownMethod) await askForStored(item.name, ownMethod.source);
  } catch (error) {
    toastError(error);
  }
}
