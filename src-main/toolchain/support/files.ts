import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Every file below the given files and folders, sorted, symbolic links left out. Missing ones are simply absent. */
export function listFiles(roots: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) found.push(path);
    if (!stat?.isDirectory()) return;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() || entry.isFile()) visit(join(path, entry.name));
    }
  };
  roots.forEach(visit);
  return found.sort();
}

/** SHA-256 over names and contents: changes exactly when a file was edited, added, removed or renamed. */
export function fingerprintFiles(base: string, roots: readonly string[], extra = ''): string {
  const hash = createHash('sha256').update(extra);
  for (const file of listFiles(roots)) {
    const content = readFileSync(file);
    hash.update(`\0${relative(base, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

export function readStamp(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** A file's digest as npm writes it in `integrity`: `sha512-<base64>`. */
export async function integrityOf(file: string, onBytes: (total: number) => void = () => {}): Promise<string> {
  const hash = createHash('sha512');
  let total = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      total += chunk.length;
      onBytes(total);
    }
  });
  return `sha512-${hash.digest('base64')}`;
}

/** Bytes below a folder; files that vanish while it looks count as nothing. */
export function folderBytes(folder: string): number {
  let total = 0;
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return 0;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) total += folderBytes(path);
    else if (entry.isFile()) total += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return total;
}
