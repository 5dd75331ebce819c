import { app, dialog, powerMonitor, type BrowserWindow } from 'electron';
import { SUSPEND_GRACE_MILLISECONDS } from '../lab/runs/run-controller.ts';
import type { Activity } from './activity.ts';

/** The lab's own limit, and time to close the store after it. */
const CLOSING_LIMIT_MILLISECONDS = SUSPEND_GRACE_MILLISECONDS + 10_000;

export interface ShutdownOptions {
  activity(): Activity;
  window(): BrowserWindow | null;
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
export function arrangeShutdown({ activity, window, closeLab }: ShutdownOptions): Shutdown {
  let stage: 'open' | 'asking' | 'agreed' | 'closing' | 'closed' = 'open';

  async function ask(): Promise<void> {
    stage = 'asking';
    const { unfinished } = activity();
    const options = quitQuestion(unfinished);
    const owner = window();
    const { response } = await (owner ? dialog.showMessageBox(owner, options) : dialog.showMessageBox(options));
    stage = response === QUIT_BUTTON ? 'agreed' : 'open';
    if (stage === 'agreed') app.quit();
  }

  async function close(): Promise<void> {
    stage = 'closing';
    try {
      await withinLimit(closeLab(), CLOSING_LIMIT_MILLISECONDS);
    } catch (error) {
      console.error(`The lab did not close in good order: ${(error as Error).message}`);
    }
    stage = 'closed';
    app.quit();
  }

  function mayClose(): boolean {
    if (stage === 'agreed' || stage === 'closing' || stage === 'closed') return true;
    if (stage === 'open' && activity().unfinished === 0) return true;
    if (stage === 'open') void ask();
    return false;
  }

  function force(): void {
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

export const QUIT_BUTTON = 0;

/** The question, for a dialog. @param unfinished runs that are training or queued */
export function quitQuestion(unfinished: number) {
  const runs = unfinished === 1 ? '1 run is not finished' : `${unfinished} runs are not finished`;
  return {
    type: 'question' as const,
    message: `${runs}. Quit all the same?`,
    detail: 'What was trained so far is kept, with a checkpoint. The next start offers to resume.',
    buttons: ['Quit and resume later', 'Stay'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  };
}

async function withinLimit(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
