import {
  app,
  dialog,
  powerMonitor,
  type BrowserWindow,
  type MessageBoxOptions,
  type MessageBoxReturnValue,
} from 'electron';
import { visibleBlock } from '../contract/index.ts';
import { describeUnstored, type Unstored } from '../lab/runs/unstored.ts';
import type { Activity } from './activity.ts';
import { CLOSING_LIMIT_MILLISECONDS, closeInGoodOrder, type ClosingQuestion } from './closing.ts';

export interface ShutdownOptions {
  activity(): Activity;
  window(): BrowserWindow | null;
  /** What is lost if the app ends at once. */
  unstored(): Unstored;
  /** Keeps what nobody may be there to read. */
  log(text: string): Promise<void>;
  /** Stops the runs with a checkpoint each and closes the store. */
  closeLab(): Promise<void>;
}

export interface Shutdown {
  /** Whether the window may close now; where not, the person is being asked. */
  mayClose(): boolean;
  /** Ends the app without a question, for signals and for a session that ends. */
  force(): void;
  /** The same; the system waits until runs in training are suspended. */
  holdSession(event: Preventable): void;
}

type Preventable = Pick<Event, 'preventDefault'>;

/** Lets the app end only after the person agreed to interrupt training and the lab wrote everything down. */
export function arrangeShutdown({ activity, window, unstored, log, closeLab }: ShutdownOptions): Shutdown {
  let stage: 'open' | 'asking' | 'agreed' | 'closing' | 'closed' = 'open';
  /** By a signal or a session that ends: nobody is there to answer, and an open question is withdrawn. */
  const forced = new AbortController();

  function show(options: MessageBoxOptions, signal: AbortSignal = forced.signal): Promise<MessageBoxReturnValue> {
    const owner = window();
    const open = { ...options, signal };
    return owner ? dialog.showMessageBox(owner, open) : dialog.showMessageBox(open);
  }

  async function ask(): Promise<void> {
    stage = 'asking';
    const { response } = await show(quitQuestion(activity().unfinished, unstored()));
    stage = response === QUIT_BUTTON ? 'agreed' : 'open';
    if (stage === 'agreed') app.quit();
  }

  async function close(): Promise<void> {
    stage = 'closing';
    const stopShowing = showClosing(window(), unstored);
    await closeInGoodOrder({
      close: closeLab,
      unstored,
      waitOn,
      tellLoss,
      limitMilliseconds: CLOSING_LIMIT_MILLISECONDS,
    });
    stopShowing();
    stage = 'closed';
    app.quit();
  }

  async function waitOn({ buttons, ...question }: ClosingQuestion, signal: AbortSignal): Promise<boolean> {
    if (forced.signal.aborted) return false;
    const options = { type: 'warning' as const, ...question, buttons, ...WAIT_BY_DEFAULT };
    const { response } = await show(options, AbortSignal.any([signal, forced.signal]));
    return response === 0 && !forced.signal.aborted;
  }

  async function tellLoss(text: string): Promise<void> {
    process.stderr.write(`${visibleBlock(text)}\n`);
    await log(text);
    if (!forced.signal.aborted) await show({ type: 'error', message: 'Not all could be stored', detail: text });
  }

  function mayClose(): boolean {
    if (stage === 'agreed' || stage === 'closing' || stage === 'closed') return true;
    if (stage === 'open' && activity().unfinished === 0 && unstored().because === null) return true;
    if (stage === 'open') void ask();
    return false;
  }

  function force(): void {
    forced.abort();
    if (stage === 'open' || stage === 'asking') stage = 'agreed';
    app.quit();
  }

  function holdSession(event: Preventable): void {
    if (stage !== 'closed') event.preventDefault();
    force();
  }

  app.on('before-quit', (event) => {
    if (stage === 'closed') return;
    event.preventDefault();
    if (stage !== 'closing' && mayClose()) void close();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' || stage !== 'open') app.quit();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, force);
  // Linux and macOS; Electron's typings leave the event out. Windows asks each window.
  powerMonitor.on('shutdown', (event?: Preventable) => (event ? holdSession(event) : force()));

  return { mayClose, force, holdSession };
}

const SHOW_EVERY_MILLISECONDS = 1000;

/** Says in the window's title and on the taskbar what is still to be stored. Returns what ends it. */
function showClosing(window: BrowserWindow | null, unstored: () => Unstored): () => void {
  window?.on('page-title-updated', (event) => event.preventDefault());
  const show = (): void => {
    if (!window || window.isDestroyed()) return;
    window.setProgressBar(INDETERMINATE);
    window.setTitle(closingTitle(unstored()));
  };
  show();
  const timer = setInterval(show, SHOW_EVERY_MILLISECONDS);
  return () => clearInterval(timer);
}

const INDETERMINATE = 2;

/** `Closing: 1,200 messages (3.0 MiB) of 2 runs to be stored – Espalier` */
const closingTitle = (left: Unstored): string =>
  left.messages === 0 ? 'Closing – Espalier' : `Closing: ${describeUnstored(left)} to be stored – Espalier`;

const QUIT_BUTTON = 0;

const WAIT_BY_DEFAULT = { defaultId: 0, cancelId: 0, noLink: true };
const STAY_BY_DEFAULT = { defaultId: 1, cancelId: 1, noLink: true };

/**
 * The question, for a dialog.
 * @param unfinished runs that are training or queued
 * @param unstored what they have said; where it cannot be stored, quitting loses it
 */
function quitQuestion(unfinished: number, unstored: Unstored) {
  if (unstored.because !== null) {
    return {
      type: 'warning' as const,
      message: `${describeUnstored(unstored)} cannot be stored. Quit, and lose them?`,
      detail: unstored.because,
      buttons: ['Quit and lose them', 'Stay'],
      ...STAY_BY_DEFAULT,
    };
  }
  const runs = unfinished === 1 ? '1 run is not finished' : `${unfinished} runs are not finished`;
  return {
    type: 'question' as const,
    message: `${runs}. Quit all the same?`,
    detail: 'What was trained so far is kept, with a checkpoint. The next start offers to resume.',
    buttons: ['Quit and resume later', 'Stay'],
    ...STAY_BY_DEFAULT,
  };
}
