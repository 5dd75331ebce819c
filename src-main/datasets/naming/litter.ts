/** Files and folders that systems and programs leave beside others; the only list of them. */
const LITTER = [
  /^\._/,
  /^\.DS_Store$/i,
  /^__MACOSX$/i,
  /^@eaDir$/i,
  /^Thumbs\.db$/i,
  /^ehthumbs(?:_vista)?\.db$/i,
  /^desktop\.ini$/i,
  /^\.ipynb_checkpoints$/i,
  /^__pycache__$/,
  /^\.(?:Trashes|Spotlight-V100|fseventsd|AppleDouble)$/i,
  /^Icon\r$/,
  /^\$RECYCLE\.BIN$/i,
  /^System Volume Information$/i,
];

/** What they are called in a report. */
const SYSTEM_FILES = 'system files and folders such as .DS_Store and __MACOSX';

/** How what is left out by its name is called in a report; null of a name that is taken. */
export function litterOf(name: string): string | null {
  if (LITTER.some((pattern) => pattern.test(name))) return SYSTEM_FILES;
  return name.startsWith('.') ? 'hidden files and folders' : null;
}

/**
 * Whether an entry is litter `itself`, or is `within` litter that is counted instead; null of what is taken.
 * @param path with forward slashes
 */
export function outermostLitterOf(path: string): 'itself' | 'within' | null {
  const parts = path.split('/');
  const at = parts.findIndex((part) => litterOf(part) !== null);
  if (at < 0) return null;
  return at === parts.length - 1 ? 'itself' : 'within';
}
