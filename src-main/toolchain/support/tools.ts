import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modulesFolder } from './folders.ts';
import { Problem } from './problem.ts';

/** The script behind a dependency's command, to be run by this very Node: no shell, no PATH, no .cmd on Windows. */
export function toolScript(packageName: string, command = packageName): string {
  const folder = join(modulesFolder, packageName);
  let manifest: { bin?: string | Record<string, string> };
  try {
    manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as typeof manifest;
  } catch {
    throw new Problem(`The development dependency ${packageName} is not installed: run npm ci.`);
  }
  const script = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin?.[command];
  if (!script) throw new Problem(`${packageName} has no command ${command}.`);
  return join(folder, script);
}
