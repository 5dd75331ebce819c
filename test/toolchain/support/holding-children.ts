import { capture, endWithNpm, foreground } from '../../../src-main/toolchain/support/processes.ts';

/** Starts children as the arguments say, which hold connections to `port` until they end. */
const [port, ...ways] = process.argv.slice(2);
const HOLD = `require('node:net').connect(${port}); setInterval(() => {}, 1000);`;

// A grandchild that its parent says nothing to.
const SHELL = `"${process.execPath}" -e "${HOLD}"; exit`;

const WAYS: Record<string, () => Promise<unknown>> = {
  beside: () => capture(process.execPath, ['-e', HOLD]),
  foreground: () => foreground(process.execPath, ['-e', HOLD]),
  foregroundGroup: () => foreground('sh', ['-c', SHELL], { detached: true }),
  group: () => capture('sh', ['-c', SHELL], { detached: true }),
};

endWithNpm();
await Promise.all(ways.map((way) => WAYS[way]()));
