import { debianExpression } from './licences.ts';
import { titleOf, type Notice } from './notices.ts';

export interface CopyrightOptions {
  readonly notices: readonly Notice[];
  readonly own: { readonly id: string; readonly text: string | null };
  readonly owner: string;
  readonly source: string;
}

/**
 * `/usr/share/doc/espalier/copyright` in Debian's machine-readable format 1.0: a header, a paragraph for the whole, and one
 * for each package, with all licences of what is inside it in full. Paths are those of the checkout that was packed.
 */
export function debianCopyright({ notices, own, owner, source }: CopyrightOptions): string {
  const header = paragraph([
    ['Format', 'https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'],
    ['Upstream-Name', 'Espalier'],
    ['Source', source],
    ['Comment', 'The licences of what Electron contains are in LICENSES.chromium.html, beside the executable.'],
  ]);
  const ownText = own.text ?? 'All rights are reserved: the authors have not licensed it to others.';
  const whole = paragraph([
    ['Files', '*'],
    ['Copyright', owner],
    ['License', `${own.id}\n${ownText}`],
  ]);
  const packages = notices.filter(({ inside }) => inside === null);
  const parts = (name: string): Notice[] => notices.filter(({ inside }) => inside === name);
  return [header, whole, ...packages.map((one) => packageParagraph(one, parts(one.name)))].join('\n');
}

function packageParagraph(one: Notice, parts: readonly Notice[]): string {
  const all = [one, ...parts];
  const licences = [...new Set(all.flatMap((notice) => notice.licences))];
  const texts = all.flatMap(({ name, inside, texts: own }) => (inside === null ? own : [`${name}:`, ...own]));
  const notes = all.flatMap(({ name, note }) => (note === null ? [] : [`${name}: ${note}`]));
  const contains = parts.length === 0 ? [] : [`With ${parts.map(({ name }) => name).join(', ')}.`];
  return paragraph([
    ['Files', `${one.folder}/*`],
    ['Copyright', [...new Set(all.flatMap(({ copyright }) => copyright))].join('\n')],
    ['License', [debianExpression(licences), ...texts].join('\n')],
    ['Comment', [titleOf(one), ...contains, ...notes].join('\n')],
  ]);
}

/** Fields with their further lines indented, an empty one as a dot: Debian policy 5.6.13. */
function paragraph(fields: readonly (readonly [name: string, value: string])[]): string {
  return fields
    .map(([name, value]) => {
      const [first, ...more] = value.split('\n').map((line) => line.trimEnd());
      return [`${name}: ${first}`, ...more.map((line) => ` ${line || '.'}`)].join('\n');
    })
    .join('\n')
    .concat('\n');
}
