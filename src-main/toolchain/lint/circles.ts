import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

// Static imports and re-exports, type-only ones included: two files that name each other are one idea in two files.
const IMPORT = /^\s*(?:import|export)\b[^'";]*?from\s*['"](\.[^'"]+)['"]|^\s*import\s*['"](\.[^'"]+)['"]/gm;

const importsByFile = new Map<string, { text: string; imports: string[] }>();

/** The shortest circle of static imports through this file, as absolute paths starting with it; null without one. */
export function findCircle(file: string, text: string, readText = readIfPresent): string[] | null {
  const cameFrom = new Map<string, string>();
  let frontier = [file];
  while (frontier.length > 0) {
    const next: string[] = [];
    for (const current of frontier) {
      const content = current === file ? text : readText(current);
      if (content === null) continue;
      for (const imported of importsOf(current, content)) {
        if (imported === file) return unwind(cameFrom, file, current);
        if (cameFrom.has(imported)) continue;
        cameFrom.set(imported, current);
        next.push(imported);
      }
    }
    frontier = next;
  }
  return null;
}

function importsOf(file: string, text: string): string[] {
  const known = importsByFile.get(file);
  if (known?.text === text) return known.imports;
  const imports = [...text.matchAll(IMPORT)].map((match) => resolve(dirname(file), match[1] ?? match[2]));
  importsByFile.set(file, { text, imports });
  return imports;
}

function unwind(cameFrom: ReadonlyMap<string, string>, file: string, last: string): string[] {
  const path = [last];
  while (path[0] !== file) path.unshift(cameFrom.get(path[0]) ?? file);
  return [...path, file];
}

const textByFile = new Map<string, { mtimeMs: number; size: number; text: string }>();

/** Every file of a walk is met again in most others: it is read again only where it has changed, as in an editor. */
function readIfPresent(file: string): string | null {
  const now = statSync(file, { throwIfNoEntry: false });
  if (!now) return null;
  const known = textByFile.get(file);
  if (known?.mtimeMs === now.mtimeMs && known.size === now.size) return known.text;
  const text = readFileSync(file, 'utf8');
  textByFile.set(file, { mtimeMs: now.mtimeMs, size: now.size, text });
  return text;
}
