import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { outFolder, projectRoot } from '../../support/folders.ts';
import { Problem } from '../../support/problem.ts';
import { bundledPackageFolders } from '../bundled-packages.ts';
import { shippedPackageFolders } from '../shipped-packages.ts';
import { COMPONENTS } from './components.ts';
import { licenceText, readExpression, type LicenceId } from './licences.ts';

/** What is said of one piece of somebody else's software. */
export interface Notice {
  readonly name: string;
  /** Null where it is not known when the app is built: of parts of a package, and of the runtime. */
  readonly version: string | null;
  /** Below the checkout, such as `node_modules/tar`. */
  readonly folder: string;
  /** The package that it is part of, or null. */
  readonly inside: string | null;
  readonly homepage: string | null;
  readonly licences: readonly LicenceId[];
  readonly copyright: readonly string[];
  readonly note: string | null;
  /** Licence and notice files as their authors wrote them; never empty. */
  readonly texts: readonly string[];
}

/** Compiled into what is shipped without being a production dependency: the kernels' standard library, and Electron. */
const BUILT_IN = ['node_modules/assemblyscript', 'node_modules/electron'];

const NOTES: Readonly<Record<string, string>> = {
  assemblyscript: 'Its standard library is compiled into the kernels (resources/kernels/*.wasm).',
  electron:
    'The runtime. What is inside it (Chromium, Node.js, V8, FFmpeg and many more) is listed with its licences in ' +
    'LICENSES.chromium.html, beside the executable.',
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly author?: string | { name?: string };
}

/**
 * A notice for each package that a package of the app contains, in itself or inside a bundle, and for the parts of these
 * that are other people's; sorted by name. The app must be built: its bundles say what is in them.
 *
 * @throws {Problem} for a package without a licence text, or with a licence that nobody looked at yet
 */
export function collectNotices(): Notice[] {
  const folders = [...BUILT_IN, ...bundledPackageFolders(outFolder), ...shippedPackageFolders(projectRoot)];
  const packages = [...new Set(folders)].map(noticeOf);
  const components = COMPONENTS.map((component): Notice => {
    const owner = packages.find(({ name }) => name === component.inside);
    if (!owner) throw new Problem(`${component.name} is said to be inside ${component.inside}, which is not shipped.`);
    const texts = component.licences.map((id) => licenceText(id, component.copyright));
    return { ...component, version: null, folder: owner.folder, homepage: null, note: component.note ?? null, texts };
  });
  return [...packages, ...components].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function noticeOf(folder: string): Notice {
  const path = join(projectRoot, folder);
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
  const { name, version } = manifest;
  const files = readdirSync(path).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(path, file), 'utf8').trim());
  if (!texts.some((text) => text.length > 0)) throw new Problem(`${name} ${version} has no licence text in ${folder}.`);
  return {
    name,
    version: name === 'electron' ? null : version,
    folder,
    inside: null,
    homepage: manifest.homepage ?? null,
    licences: readExpression(manifest.license, `${name} ${version}`),
    copyright: copyrightLines(texts, manifest),
    note: NOTES[name] ?? null,
    texts,
  };
}

/** The lines of the licence files that claim the copyright; else the author that the manifest names. */
function copyrightLines(texts: readonly string[], { author, name }: Manifest): string[] {
  const lines = texts.flatMap((text) => text.split('\n')).map((line) => line.replace(/^[\s#*]+/, '').trim());
  const claims = lines.filter(
    (line) => /^copyright (\(c\)|©|\d{4}|20|19)/i.test(line) && !/\[yyyy\]|<year>/.test(line),
  );
  if (claims.length > 0) return [...new Set(claims)];
  const person = typeof author === 'string' ? author : author?.name;
  return [person === undefined ? `The authors of ${name}` : `Copyright (c) ${person.replace(/ [<(].*$/, '')}`];
}

const RULE = '='.repeat(80);
const THIN_RULE = '-'.repeat(80);

/** The notices as one text file for people. */
export function noticesText(notices: readonly Notice[]): string {
  const list = notices.map((notice) => `  ${titleOf(notice)}: ${notice.licences.join(' AND ')}`);
  const sections = notices.map((notice) => {
    const about = [titleOf(notice), notice.homepage, `Licence: ${notice.licences.join(' AND ')}`, notice.note];
    const claims = notice.inside === null ? [] : notice.copyright;
    const head = [...about, ...claims].filter((line) => line !== null).join('\n');
    return [RULE, head, THIN_RULE, notice.texts.join(`\n\n${THIN_RULE}\n`)].join('\n');
  });
  return [
    'Espalier contains the work of others',
    '',
    'Each of the following is used under the licence that is printed below it.',
    '',
    ...list,
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}

/** Name and version, or what it is inside of. */
export function titleOf({ name, version, inside }: Notice): string {
  if (inside !== null) return `${name} (inside ${inside})`;
  return version === null ? name : `${name} ${version}`;
}

/** The licence of Espalier itself as the checkout states it: the SPDX name, and the text of `LICENSE` if there is one. */
export function ownLicence(): { id: string; text: string | null } {
  const { license } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { license: string };
  const file = join(projectRoot, 'LICENSE');
  return { id: license, text: existsSync(file) ? readFileSync(file, 'utf8').trim() : null };
}
