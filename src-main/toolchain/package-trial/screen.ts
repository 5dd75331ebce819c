import { capture } from '../support/processes.ts';
import { Problem } from '../support/problem.ts';
import { lastLines } from './clean-root.ts';

/** What operates a window from outside, by keyboard, and takes pictures of the screen: Debian's packages and commands. */
export const SCREEN_TOOLS = ['xdotool', 'scrot'];

/** A screen as a person at it sees and uses it. */
export interface Screen {
  /** Waits for a window with such a title to be shown, and gives it the keyboard. @throws {Problem} after the time limit */
  waitForWindow(title: string, timeoutSeconds: number): Promise<void>;
  /** Presses keys one after the other, by X's names: `ctrl+k`, `Return`. */
  press(...keys: string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** Saves what is on the screen as PNG. */
  photograph(file: string): Promise<void>;
}

/** @param display such as `:7` */
export function openScreen(display: string): Screen {
  const environment = { ...process.env, DISPLAY: display };
  const must = async (command: string, ...args: string[]): Promise<string> => {
    const finished = await capture(command, args, { env: environment, timeout: 60_000 });
    if (finished.status === 0) return finished.stdout.trim();
    throw new Problem(`${command} ${args[0]} ended with ${finished.status}: ${lastLines(finished.stderr)}`);
  };
  return {
    async waitForWindow(title, timeoutSeconds) {
      const args = ['search', '--sync', '--onlyvisible', '--name', `^${title} – Espalier$`];
      const found = await capture('xdotool', args, { env: environment, timeout: timeoutSeconds * 1000 });
      const [window] = found.stdout.trim().split('\n');
      if (!window) throw new Problem(`No window “${title} – Espalier” within ${timeoutSeconds} s.`);
      await must('xdotool', 'windowfocus', '--sync', window);
    },
    press: async (...keys) => void (await must('xdotool', 'key', '--delay', '100', ...keys)),
    type: async (text) => void (await must('xdotool', 'type', '--delay', '50', text)),
    photograph: async (file) => void (await must('scrot', '--overwrite', file)),
  };
}
