import fc, { type Arbitrary } from 'fast-check';
import { mutatedBytes, type Layout } from './bytes.ts';

/** Files of a folder, by their names in it. */
export type Files = Record<string, Uint8Array>;

type Happening =
  | { kind: 'none' }
  | { kind: 'remove'; at: number }
  | { kind: 'swap'; at: number; other: number }
  | { kind: 'rename'; at: number; to: string };

const ODD_NAMES = ['._x', 'Thumbs.db', 'x.npy.bak', 'train-images-idx3-ubyte.gz.part', 'a\nb.png', '\u202egnp.exe'];
const place = fc.nat(999);
const happening: Arbitrary<Happening> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('none' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap' as const), at: place, other: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rename' as const), at: place, to: fc.constantFrom(...ODD_NAMES) }),
  },
);

/** Files after one of them was removed, renamed, or had its content swapped with another's. */
export function withHappening(files: Arbitrary<Files>): Arbitrary<Files> {
  return fc.tuple(files, happening).map(([found, what]) => {
    const entries = Object.entries(found);
    if (what.kind === 'none' || entries.length === 0) return found;
    const at = what.at % entries.length;
    if (what.kind === 'remove') entries.splice(at, 1);
    else if (what.kind === 'rename') entries[at] = [what.to, entries[at][1]];
    else {
      const other = what.other % entries.length;
      const [first, second] = [entries[at][1], entries[other][1]];
      entries[at] = [entries[at][0], second];
      entries[other] = [entries[other][0], first];
    }
    return Object.fromEntries(entries);
  });
}

/** One of some folders of valid files, in which one or two files are mutated. */
export function mutatedFolder(folders: readonly Record<string, Layout>[]): Arbitrary<Files> {
  const known = folders.map((folder) => ({
    names: Object.keys(folder),
    layouts: Object.values(folder),
    whole: Object.fromEntries(
      Object.entries(folder).map(([name, { bytes, wrap }]) => [name, wrap ? wrap(bytes) : bytes]),
    ),
  }));
  const drawn = fc.constantFrom(...known).chain(({ names, layouts, whole }) =>
    fc
      .uniqueArray(fc.nat(names.length - 1), { minLength: 1, maxLength: 2 })
      .chain((chosen) =>
        fc.tuple(
          ...chosen.map((at) =>
            // The mutated one first; parts of the others may be spliced in.
            mutatedBytes([layouts[at]], layouts).map((bytes) => [names[at], bytes] as const),
          ),
        ),
      )
      .map((changed) => ({ ...whole, ...Object.fromEntries(changed) })),
  );
  return withHappening(drawn);
}
