import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modulesFolder } from '../../support/folders.ts';
import { Problem } from '../../support/problem.ts';

/** The licences that something in the app may have (SPDX), with Debian's name for each; any other stops the build. */
const DEBIAN_NAMES = {
  '0BSD': '0BSD',
  'Apache-2.0': 'Apache-2.0',
  'BSD-2-Clause': 'BSD-2-clause',
  'BSD-3-Clause': 'BSD-3-clause',
  'BlueOak-1.0.0': 'BlueOak-1.0.0',
  'CC-BY-SA-3.0': 'CC-BY-SA-3.0',
  IJG: 'IJG',
  ISC: 'ISC',
  'LGPL-3.0-or-later': 'LGPL-3+',
  MIT: 'Expat',
  'OFL-1.1': 'OFL-1.1',
  Zlib: 'Zlib',
  blessing: 'public-domain',
  'libpng-2.0': 'libpng-2.0',
  libtiff: 'libtiff',
} as const;

export type LicenceId = keyof typeof DEBIAN_NAMES;

/**
 * Takes an SPDX expression of the kind `A AND B` apart.
 *
 * @throws {Problem} for a licence that is not among those above, naming the package
 */
export function readExpression(expression: string | undefined, owner: string): LicenceId[] {
  const ids = (expression ?? '').split(' AND ').map((id) => id.trim());
  const unknown = ids.find((id) => !Object.hasOwn(DEBIAN_NAMES, id));
  if (unknown === undefined) return ids as LicenceId[];
  throw new Problem(
    `${owner} has the licence "${unknown}", which is none of those that packaging/notices/licences.ts knows: ` +
      'see what it asks for, then add it there.',
  );
}

export function debianExpression(ids: readonly LicenceId[]): string {
  return ids.map((id) => DEBIAN_NAMES[id]).join(' and ');
}

/**
 * The text of a licence, from the package `spdx-license-list`. Where the text has a line for the copyright
 * (`<year> <owner>`), the lines given stand there instead.
 */
export function licenceText(id: LicenceId, copyright: readonly string[]): string {
  const file = join(modulesFolder, 'spdx-license-list', 'licenses', `${id}.json`);
  const { licenseText } = JSON.parse(readFileSync(file, 'utf8')) as { licenseText: string };
  return licenseText.replace(/^Copyright \(c\) <year>.*$/m, () => copyright.join('\n'));
}
