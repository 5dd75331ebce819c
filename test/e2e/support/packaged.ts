import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../src-main/toolchain/support/folders.ts';

/**
 * Packages the app with the fuses Playwright needs (`npm run dist -- --for-tests dir`) and gives the executable, for
 * `launch({ packaged })`. Takes about 5 s when the app is built. Linux only, as the display tests' own machine is.
 *
 * @throws with the output of the packager where it fails
 */
export const packageForTests = (): Promise<string> =>
  makePackage(['--for-tests'], join(projectRoot, 'dist', 'for-tests'));

/**
 * The app as it is handed out, except for its runtime, which is the one of this machine.
 *
 * @param folder an empty one for it
 * @returns the executable
 */
export const packageToHandOut = (folder: string): Promise<string> =>
  makePackage(['--allow-runtime', '--output', folder], folder);

async function makePackage(options: readonly string[], folder: string): Promise<string> {
  const script = join(projectRoot, 'src-main', 'toolchain', 'run.js');
  const args = [script, 'dist', ...options, 'dir'];
  await promisify(execFile)(process.execPath, args, { cwd: projectRoot });
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`;
  return join(folder, `linux${arch}-unpacked`, 'espalier');
}
