import { ensureKernels } from './kernels.ts';
import { messageOf } from './support/problem.ts';
import { say } from './support/terminal.ts';

/**
 * Vitest's global setup: the CPU engine's tests load the compiled kernels. Where those do not compile, the old ones are
 * gone, so every test that needs them fails; the others still run.
 */
export default async function setup(): Promise<void> {
  try {
    await ensureKernels();
  } catch (error) {
    say(messageOf(error));
  }
}
