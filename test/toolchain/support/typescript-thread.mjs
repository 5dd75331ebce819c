import { isMainThread, Worker } from 'node:worker_threads';

// A thread that loads a good many TypeScript files, as an import's does.
if (isMainThread) new Worker(new URL(import.meta.url));
else await import('../../../src-main/datasets/import/open-source.ts');
