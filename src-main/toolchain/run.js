// The door of every npm script: `node run.js PROGRAM ...`. Plain JavaScript, so that an old Node can still read the
// line that says it is too old; TypeScript runs unbuilt from 22.18 on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [major, minor] = process.versions.node.split('.').map(Number);
const readsTypeScript = major > 22 || (major === 22 && minor >= 18);
const [name, ...args] = process.argv.slice(2);

if (readsTypeScript) {
  const { endWithNpm } = await import('./support/processes.ts');
  const { runProgram } = await import('./support/problem.ts');
  endWithNpm();
  await runProgram(async () => (await import(`./${name}.ts`)).program(args));
} else {
  const ownNode = join(resolve(import.meta.dirname, '../..'), 'node_modules', 'node', 'bin', 'node');
  if (existsSync(ownNode)) {
    const result = spawnSync(ownNode, process.argv.slice(1), { stdio: 'inherit' });
    process.exitCode = result.status ?? 1;
  } else {
    process.stderr.write(
      `Espalier needs Node 22.18 or newer, this is ${process.versions.node}. \`npm ci\` brings one along ` +
        '(the package "node"): run it again, without --ignore-scripts.\n',
    );
    process.exitCode = 1;
  }
}
