import { Problem } from '../support/problem.ts';

/** What electron-builder asks of fpm, understood. */
export interface DebRequest {
  readonly single: ReadonlyMap<string, string>;
  readonly depends: readonly string[];
  readonly recommends: readonly string[];
  /** `source` is copied to `target`; a source ending in `/` means what is inside it. */
  readonly copies: readonly { source: string; target: string }[];
}

const FLAGS = new Set(['--force', '--debug']);
const SHORT: Readonly<Record<string, string>> = { '-s': '--input', '-t': '--output', '-d': '--depends' };

/**
 * Reads the command line that electron-builder gives fpm: `-s dir -t deb -d DEPENDENCY --name N ... SRC/=/DEST`.
 *
 * @throws {Problem} for anything else than a deb from folders
 */
export function parseFpmArguments(args: readonly string[]): DebRequest {
  const single = new Map<string, string>();
  const lists = { '--depends': [] as string[], '--deb-recommends': [] as string[] };
  const copies: { source: string; target: string }[] = [];
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (FLAGS.has(word)) continue;
    if (!word.startsWith('-')) {
      copies.push(parseCopy(word));
      continue;
    }
    const option = SHORT[word] ?? word;
    const value = rest.shift();
    if (value === undefined) throw new Problem(`deb: the option ${word} has no value.`);
    if (option === '--depends' || option === '--deb-recommends') lists[option].push(value);
    else single.set(option, value);
  }
  if (single.get('--input') !== 'dir' || single.get('--output') !== 'deb') {
    throw new Problem('deb: this stand-in for fpm makes a deb from folders, nothing else.');
  }
  for (const needed of ['--name', '--version', '--architecture', '--package', '--maintainer']) {
    if (!single.has(needed)) throw new Problem(`deb: ${needed} is missing.`);
  }
  return { single, depends: lists['--depends'], recommends: lists['--deb-recommends'], copies };
}

function parseCopy(word: string): { source: string; target: string } {
  const at = word.indexOf('=');
  if (at <= 0) throw new Problem(`deb: "${word}" is not SOURCE=TARGET.`);
  return { source: word.slice(0, at), target: word.slice(at + 1) };
}

/** The text of `DEBIAN/control`. `installedKibibytes` is what the unpacked files take. */
export function controlFile(request: DebRequest, installedKibibytes: number): string {
  const get = (option: string): string | undefined => request.single.get(option)?.trim();
  const homepage = get('--url');
  const fields: [string, string | undefined][] = [
    ['Package', get('--name')],
    ['Version', get('--version')],
    ['Architecture', get('--architecture')],
    ['Maintainer', get('--maintainer')],
    ['Installed-Size', String(installedKibibytes)],
    ['Depends', request.depends.join(', ') || undefined],
    ['Recommends', request.recommends.join(', ') || undefined],
    ['Section', get('--category') ?? 'science'],
    ['Priority', get('--deb-priority') ?? 'optional'],
    ['Homepage', homepage?.includes('.invalid') ? undefined : homepage],
    ['Description', foldDescription(get('--description') ?? get('--name') ?? '')],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\n`])).join('');
}

/** First line as it is; each further one indented, an empty one as a dot: Debian policy 5.6.13. */
function foldDescription(text: string): string {
  const [first, ...more] = text.split('\n').map((line) => line.trim());
  return [first, ...more.filter((line) => line !== first).map((line) => ` ${line || '.'}`)].join('\n');
}
