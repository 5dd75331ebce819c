import { describeEngine } from './conformance.ts';
import { openTfjsOnCpu } from './tfjs-support.ts';

describeEngine('tfjs engine, cpu backend', openTfjsOnCpu);
