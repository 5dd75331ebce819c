import { describeEngine } from './conformance.ts';
import { openCpu } from './cpu-support.ts';

describeEngine('CPU engine, relaxed SIMD, 1 thread', (opening) => openCpu({ ...opening, threads: 1 }));
describeEngine('CPU engine, relaxed SIMD, 3 threads', (opening) => openCpu({ ...opening, threads: 3 }));
describeEngine('CPU engine, plain SIMD, 2 threads', (opening) =>
  openCpu({ ...opening, threads: 2 }, { simd: 'plain' }),
);
