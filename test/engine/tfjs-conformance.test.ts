import { describeEngine } from './conformance.ts';
import { openTfjsOnCpu } from './tfjs-support.ts';

// Plain JavaScript takes half a second for a step of the long runs where the machine is busy.
describeEngine('tfjs engine, cpu backend', openTfjsOnCpu, 80);
