import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openVirtualDisplay } from '../display.ts';
import { captureCommandLine } from '../espalier.ts';
import { Problem } from '../support/problem.ts';
import { formatSeconds } from '../support/terminal.ts';
import { lastLines, type CleanRoot } from './clean-root.ts';
import { descendants, requireSandbox } from './sandbox.ts';
import { openScreen, type Screen } from './screen.ts';

/** The ordinary user of the clean root. */
export const USER = 'trial';
/** Where the app keeps that user's data, below the root. */
export const DATA_FOLDER = join('home', USER, '.local', 'share', 'Espalier');

const DEMO_RUNS = 4;
const WINDOW_LIMIT_S = 120;
const TRAINING_LIMIT_S = 900;
const ACCURACY_AT_LEAST = 0.9;

/**
 * Starts the installed app as the ordinary user, with the sandbox on, trains the demo study in its window by keyboard, and
 * ends it.
 *
 * @param pictures a folder for pictures of the screen
 * @returns what was seen, in words
 * @throws {Problem} for what is not as it should be
 */
export async function useApp(root: CleanRoot, pictures: string): Promise<string> {
  mkdirSync(pictures, { recursive: true });
  const display = await openVirtualDisplay('1280x800x24');
  try {
    const screen = openScreen(display.name);
    const startedAt = performance.now();
    const app = root.start(USER, { DISPLAY: display.name }, '/usr/bin/espalier');
    const ended = app.ended.then(({ status, stderr }) => {
      throw new Problem(`The app ended with ${status}: ${lastLines(stderr)}`);
    });
    const steps = operate(root, screen, { pid: app.pid, pictures, startedAt });
    const seen = await Promise.race([steps, ended]);
    await screen.press('ctrl+q');
    const { status, stderr } = await withinSeconds(app.ended, 30, 'The app did not end within 30 s of Ctrl+Q.');
    if (status !== 0) throw new Problem(`The app ended with ${status}: ${lastLines(stderr)}`);
    return `${seen}; ended by Ctrl+Q`;
  } finally {
    await display.close();
  }
}

interface Operated {
  readonly pid: number;
  readonly pictures: string;
  readonly startedAt: number;
}

/** Starts the demo study from the palette and waits until it is trained. @returns what was seen */
async function operate(root: CleanRoot, screen: Screen, { pid, pictures, startedAt }: Operated): Promise<string> {
  await screen.waitForWindow('Welcome', WINDOW_LIMIT_S);
  const startSeconds = (performance.now() - startedAt) / 1000;
  const picture = (name: string): Promise<void> => screen.photograph(join(pictures, `${name}.png`));
  await picture('1-welcome');

  const processes = descendants(pid);
  const renderers = requireSandbox(processes);
  await screen.press('ctrl+k');
  await screen.type('run the demo');
  await picture('2-palette');
  await screen.press('Return');
  await screen.waitForWindow('Runs', 30);

  const trainingAt = performance.now();
  const accuracies = await waitForDemo(root, async () => picture('3-training'));
  const trainingSeconds = (performance.now() - trainingAt) / 1000;
  await picture('4-trained');
  return (
    `window after ${formatSeconds(startSeconds)}, ${renderers} sandboxed renderer(s), demo trained in ` +
    `${formatSeconds(trainingSeconds)}: ${accuracies.map((value) => `${(value * 100).toFixed(1)} %`).join(', ')}`
  );
}

interface ListedRun {
  readonly status: string;
  readonly name: string;
  readonly final: { readonly testAccuracy: number } | null;
}

/** Asks the command line, which reads the same folder, every few seconds. @returns the test accuracies */
async function waitForDemo(root: CleanRoot, whileTraining: () => Promise<void>): Promise<number[]> {
  const limit = performance.now() + TRAINING_LIMIT_S * 1000;
  for (;;) {
    const listed = await captureCommandLine(['list', '--json', '--data', join(root.folder, DATA_FOLDER)]);
    if (listed.status !== 0) throw new Problem(`list: ${lastLines(listed.stderr)}`);
    const runs = JSON.parse(listed.stdout) as ListedRun[];
    const ended = runs.filter(({ status }) => status !== 'queued' && status !== 'running');
    const bad = ended.find(
      ({ status, final }) => status !== 'finished' || (final?.testAccuracy ?? 0) < ACCURACY_AT_LEAST,
    );
    if (bad) throw new Problem(`${bad.name}: ${bad.status}, test accuracy ${bad.final?.testAccuracy}`);
    if (ended.length === DEMO_RUNS) return ended.map(({ final }) => final?.testAccuracy ?? 0);
    if (performance.now() > limit) {
      const states = runs.map(({ name, status }) => `${name}: ${status}`).join(', ');
      throw new Problem(`The demo is not trained after ${TRAINING_LIMIT_S} s: ${states || 'no runs'}`);
    }
    await whileTraining();
    await pause(5000);
  }
}

function withinSeconds<T>(promise: Promise<T>, seconds: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem(message)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
