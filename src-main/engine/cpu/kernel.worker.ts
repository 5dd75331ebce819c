import { workerData } from 'node:worker_threads';
import { runKernelThread, type ThreadBoot } from './thread-loop.ts';

runKernelThread(workerData as ThreadBoot);
