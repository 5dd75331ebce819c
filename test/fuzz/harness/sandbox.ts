import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Bench } from './entrance.ts';

export interface Sandbox {
  /** Of the cases; everything beside it is a canary. */
  folder: string;
  /** For what supervisor and host tell each other by files. */
  control: string;
  remove(): void;
}

/** A folder for cases between files that must stay as they are. */
export function createSandbox(): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'espalier-fuzz-'));
  const folder = join(root, 'yard', 'case');
  const control = join(root, 'control');
  mkdirSync(folder, { recursive: true });
  mkdirSync(control);
  mkdirSync(join(root, 'yard', 'case-beside'));
  for (const name of ['canary.json', 'canary.png', 'case-beside/canary.html']) {
    writeFileSync(join(root, 'yard', name), `${CANARY} ${name}`);
  }
  return { folder, control, remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }) };
}

/** In every file beside the cases' folder, so that one that is served or copied shows. */
export const CANARY = 'a canary that no case may read';

/** Everything beside the cases' folder, to be compared. */
export function canariesOf(folder: string): string {
  const yard = dirname(folder);
  const found = readdirSync(yard, { recursive: true })
    .map(String)
    .filter((name) => name !== 'case' && !name.startsWith(`case${sep}`))
    .sort()
    .map((name) => {
      const status = statSync(join(yard, name));
      const digest = status.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(yard, name)))
            .digest('hex')
        : 'folder';
      return `${name} ${status.mode} ${digest}`;
    });
  return found.join('\n');
}

const isEmpty = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length === 0;

/** A bench over a folder: files that stay the same from case to case are written once. */
export function createBench(folder: string): Bench {
  let held = new Map<string, Uint8Array | string>();
  return {
    folder,
    fill(files) {
      const wanted = new Map(Object.entries(files));
      for (const name of held.keys()) {
        if (wanted.has(name)) continue;
        rmSync(join(folder, name), { recursive: true, force: true });
        // An empty folder would be a class or a split of the next case.
        for (let above = dirname(name); above !== '.' && isEmpty(join(folder, above)); above = dirname(above)) {
          rmdirSync(join(folder, above));
        }
      }
      for (const [name, content] of wanted) {
        if (held.get(name) === content) continue;
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
      held = wanted;
    },
  };
}
