import { join } from 'node:path';
import { projectRoot } from './support/folders.ts';
import { foreground } from './support/processes.ts';
import { say } from './support/terminal.ts';
import { toolScript } from './support/tools.ts';

const PAGES = join(projectRoot, 'test', 'renderer', 'dev');

/**
 * `npm run dev:window`: the renderer alone in a browser, over generated data, with hot reload; `gallery.html` shows its
 * components and charts in all states. Arguments go to Vite (`-- --port 4000`).
 */
export async function program(args: readonly string[]): Promise<number> {
  say('?runs=N, ?theme=dark and ?fail=METHOD change what is shown; /gallery.html has the components.');
  return foreground(process.execPath, [toolScript('vite'), PAGES, ...args], { cwd: projectRoot });
}
