import { capture } from '../support/processes.ts';

/** Records of the package system itself, and what belongs to users. */
const NOT_THE_PACKAGES = [
  /^var\/log\//,
  /^var\/cache\/apt\//,
  /^var\/lib\/apt\//,
  /^var\/lib\/dpkg\/(status|available|diversions|statoverride|lock|triggers\/\w+)(-old|-frontend)?$/,
  /^home\//,
  // Debian's base system makes this folder and does not own it: dpkg removes it with the last package that used it.
  /^opt$/,
];

/** Paths below a folder, relative to it, with kind, mode, owner, target of a link, and a digest of a file's content. */
export type Listing = ReadonlyMap<string, string>;

/** Everything below the folder: files, folders, links, sockets. */
export async function listRoot(folder: string): Promise<Listing> {
  const find = async (...args: string[]): Promise<string[]> =>
    (await capture('find', ['.', '-xdev', '-mindepth', '1', ...args], { cwd: folder })).stdout.split('\n');
  const facts = (await find('-printf', '%P\\t%y %m %U %l\\n')).filter((line) => line !== '');
  const digests = (await find('-type', 'f', '-exec', 'sha256sum', '{}', '+')).map((line): [string, string] => [
    line.slice(68),
    line.slice(0, 64),
  ]);
  const digestOf = new Map(digests);
  return new Map(
    facts.map((line) => {
      const [path, fact] = line.split('\t');
      return [path, `${fact} ${digestOf.get(path) ?? ''}`];
    }),
  );
}

/**
 * What is other than before a package came and went: `+ path` for what is new, `- path` for what is gone, `~ path` for
 * what has another content, owner or mode. Empty where the package left nothing behind and took nothing along.
 */
export function leftovers(before: Listing, after: Listing): string[] {
  const added = [...after.keys()].filter((path) => !before.has(path)).map((path) => `+ ${path}`);
  const gone = [...before.keys()].filter((path) => !after.has(path)).map((path) => `- ${path}`);
  const changed = [...after]
    .filter(([path, facts]) => before.has(path) && before.get(path) !== facts)
    .map(([path]) => `~ ${path}`);
  const isThePackages = (path: string): boolean => !NOT_THE_PACKAGES.some((pattern) => pattern.test(path));
  return [...added, ...gone, ...changed].filter((line) => isThePackages(line.slice(2))).sort();
}
