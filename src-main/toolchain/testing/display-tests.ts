import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from '../build.ts';
import { ensureWindowLibraries } from '../debian.ts';
import { hasDisplay, openVirtualDisplay, type VirtualDisplay } from '../display.ts';
import { resolveElectron } from '../electron-runtime.ts';
import { ensureSqliteBinding } from '../sqlite-binding.ts';
import { projectRoot } from '../support/folders.ts';
import { capture, commandExists, foreground } from '../support/processes.ts';
import { messageOf, Problem } from '../support/problem.ts';
import { toolScript } from '../support/tools.ts';
import { NOTHING, ONE_FAILED, tallyPlaywright, type Tally } from './tally.ts';

const REPORT = join(projectRoot, 'test-results', 'e2e.json');

/**
 * The tests that need a window: the real Electron, driven by Playwright, on a virtual display of their own. Where the
 * runtime, its libraries or a display cannot be had, each test is skipped by name and the reason printed; in CI
 * (`CI=true`) that is a failure.
 */
export async function runDisplayTests(filters: readonly string[]): Promise<Tally> {
  const names = await listTests(filters);
  if (names === null) return ONE_FAILED;
  if (names.length === 0) return NOTHING;
  let display: VirtualDisplay | null;
  let environment: NodeJS.ProcessEnv;
  try {
    const runtime = await resolveElectron();
    await ensureWindowLibraries(runtime.executable);
    const binding = await ensureSqliteBinding(runtime);
    display = await openDisplay();
    environment = { ...process.env, ESPALIER_ELECTRON: runtime.executable };
    if (binding !== null) environment.ESPALIER_SQLITE_BINDING = binding;
    if (display !== null) environment.DISPLAY = display.name;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return withoutDisplay(names, error.message);
  }
  try {
    await ensureBuilt();
    return await runPlaywright(filters, environment);
  } catch (error) {
    console.log(`  FAIL  ${messageOf(error)}`);
    return { ...NOTHING, failed: names.length };
  } finally {
    await display?.close();
  }
}

function withoutDisplay(names: readonly string[], reason: string): Tally {
  if (process.env.CI === 'true') {
    console.log(`  FAIL  In CI the display tests must run. ${reason}`);
    return { ...NOTHING, failed: names.length };
  }
  console.log(`  The display tests are skipped. ${reason}`);
  for (const name of names) console.log(`  skip  ${name}`);
  return { ...NOTHING, skipped: names.length };
}

/** An Xvfb of our own wherever there can be one, so that windows do not jump at whoever is at the screen. */
async function openDisplay(): Promise<VirtualDisplay | null> {
  if (process.platform !== 'linux') return null;
  try {
    return await openVirtualDisplay();
  } catch (error) {
    if (commandExists('Xvfb') || !hasDisplay()) throw error;
    console.log('  There is no Xvfb: the windows open on your screen.');
    return null;
  }
}

async function runPlaywright(filters: readonly string[], environment: NodeJS.ProcessEnv): Promise<Tally> {
  rmSync(REPORT, { force: true });
  const args = [toolScript('@playwright/test', 'playwright'), 'test', ...filters];
  const status = await foreground(process.execPath, args, { cwd: projectRoot, env: environment });
  if (!existsSync(REPORT)) {
    console.log('  Playwright ended without a report.');
    return ONE_FAILED;
  }
  const tally = tallyPlaywright(JSON.parse(readFileSync(REPORT, 'utf8')) as Parameters<typeof tallyPlaywright>[0]);
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

interface ListedSuite {
  readonly title: string;
  readonly specs?: readonly { title: string }[];
  readonly suites?: readonly ListedSuite[];
}

/** The names of the display tests, or null where their files do not load (the reason is printed). */
async function listTests(filters: readonly string[]): Promise<string[] | null> {
  const args = [toolScript('@playwright/test', 'playwright'), 'test', '--list', '--reporter=json', ...filters];
  const finished = await capture(process.execPath, args, { cwd: projectRoot });
  let listed: { suites: readonly ListedSuite[]; errors?: readonly { message?: string }[] };
  try {
    listed = JSON.parse(finished.stdout) as typeof listed;
  } catch {
    console.log(`  FAIL  Playwright could not list its tests: ${finished.stderr.trim() || finished.stdout.trim()}`);
    return null;
  }
  const errors = (listed.errors ?? []).filter((error) => !error.message?.includes('No tests found'));
  if (errors.length > 0) {
    console.log(`  FAIL  ${errors.map((error) => error.message).join('\n        ')}`);
    return null;
  }
  return listed.suites.flatMap((suite) => namesIn(suite, []));
}

function namesIn(suite: ListedSuite, above: readonly string[]): string[] {
  const path = [...above, suite.title];
  const own = (suite.specs ?? []).map((spec) => [...path, spec.title].join(' > '));
  return [...own, ...(suite.suites ?? []).flatMap((inner) => namesIn(inner, path))];
}
