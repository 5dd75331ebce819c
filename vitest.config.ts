import { defineConfig } from 'vitest/config';
import { THREADED_NODE } from './src-main/toolchain/support/threaded-node.ts';
import { BUNDLED_TFJS, TFJS_PACKAGES } from './src-main/toolchain/testing/bundle-tfjs.ts';

/** Rooms whose tests start no threads and change nothing that another file sees. */
const SHARED = 'test/{contract,desktop,docs,networks,numerics,renderer,topology}/**/*.test.ts';

export default defineConfig({
  resolve: { alias: [{ find: TFJS_PACKAGES, replacement: BUNDLED_TFJS }] },
  test: {
    globalSetup: ['src-main/toolchain/vitest-setup.ts', 'test/support/prepare-mnist.ts'],
    setupFiles: ['src-main/toolchain/testing/processor-time.ts'],
    server: { deps: { external: [BUNDLED_TFJS] } },
    // Child processes: runs start worker threads of their own, and a crash in native code stays in its file.
    pool: 'forks',
    execArgv: [...THREADED_NODE],
    maxWorkers: 2,
    // What takes so long hangs; no machine is too slow for the rest.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // A process of its own takes a small file as long as its tests (docs/logbook/test-suite.md).
      { extends: true, test: { name: 'shared', include: [SHARED], isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', SHARED] } },
    ],
  },
});
