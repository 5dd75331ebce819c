import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** Below `out/`: a file for each bundle, with the packages that its modules and assets come from. */
const FOLDER = 'packages';

/**
 * A plugin of the bundler that writes `out/packages/BUNDLE.json`: the folders of the packages (`node_modules/svelte`) of
 * which a module or an asset came into the bundle. The notices are made from these files.
 */
export function recordPackages(root: string, bundle: string): Plugin {
  return {
    name: 'record-packages',
    apply: 'build',
    writeBundle(_options, outputs) {
      const assets = Object.values(outputs).flatMap((output) => {
        // Vite names an asset's origin from the renderer's own folder.
        return output.type === 'asset'
          ? output.originalFileNames.map((name) => resolve(root, 'src-renderer', name))
          : [];
      });
      const folders = packageFoldersOf([...this.getModuleIds(), ...assets]);
      mkdirSync(join(root, 'out', FOLDER), { recursive: true });
      writeFileSync(join(root, 'out', FOLDER, `${bundle}.json`), `${JSON.stringify(folders, null, 2)}\n`);
    },
  };
}

/** `.../node_modules/chart.js/dist/chart.js` -> `node_modules/chart.js`, each once, sorted. */
export function packageFoldersOf(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    const slashed = path.replaceAll('\\', '/');
    const match = /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/@][^/]*)\//.exec(slashed);
    return match ? [match[1]] : [];
  });
  return [...new Set(found)].sort();
}

/** The folders that the last build wrote down, over all bundles. @param outFolder `out/` of the checkout */
export function bundledPackageFolders(outFolder: string): string[] {
  const folder = join(outFolder, FOLDER);
  const lists = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as string[]);
  return [...new Set(lists.flat())].sort();
}
