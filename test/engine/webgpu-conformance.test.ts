import { vi } from 'vitest';
import { describeEngine } from './conformance.ts';
import { openWebGpu } from './webgpu-support.ts';

// The first test that needs a kernel compiles it, which takes the software driver up to two seconds each.
vi.setConfig({ testTimeout: 600_000 });

describeEngine('WebGPU engine', openWebGpu, 40);
