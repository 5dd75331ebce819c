// Stands in for Electron's own default app in the runtime hosted on npm: loads the app named on the command line.
// Plain JavaScript because it runs inside Electron, unbundled. The top-level await holds back the `ready` event.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

// `-r FILE` runs a file before the app does, as in Electron's own.
const words = process.argv.slice(1);
const preloads = [];
while (words.includes('-r')) preloads.push(...words.splice(words.indexOf('-r'), 2).slice(1));
const named = words.find((word) => !word.startsWith('-'));

if (named === undefined) {
  process.stderr.write('Usage: electron [switches] APP_FOLDER\n');
  app.exit(2);
} else {
  const folder = resolve(named);
  const manifestFile = join(folder, 'package.json');
  if (!existsSync(manifestFile)) {
    process.stderr.write(`${manifestFile} is not there, so there is no app to open.\n`);
    app.exit(2);
  } else {
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
    Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
    app.setName(manifest.productName ?? manifest.name);
    app.setVersion(manifest.version);
    app.setAppPath(folder);
    preloads.forEach((file) => createRequire(import.meta.url)(resolve(file)));
    await import(pathToFileURL(join(folder, manifest.main ?? 'index.js')).href);
  }
}
