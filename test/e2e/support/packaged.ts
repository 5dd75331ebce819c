import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../src-main/toolchain/support/places.ts';

/**
 * Packages the app with the fuses Playwright needs (`npm run dist -- --for-tests dir`) and gives the executable, for
 * `launch({ packaged })`. Takes about 5 s when the app is built. Linux only, as the display tests' own machine is.
 *
 * @throws with the output of the packager where it fails
 */
export async function packageForTests(): Promise<string> {
  const script = join(projectRoot, 'src-main', 'toolchain', 'run.js');
  await promisify(execFile)(process.execPath, [script, 'dist', '--for-tests', 'dir'], { cwd: projectRoot });
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`;
  return join(projectRoot, 'dist', 'for-tests', `linux${arch}-unpacked`, 'espalier');
}
