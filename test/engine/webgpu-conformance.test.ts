import { describeEngine } from './conformance.ts';
import { openWebGpu } from './webgpu-support.ts';

describeEngine('WebGPU engine', openWebGpu);
