/** A failure the person at the terminal can do something about; its message is the whole story, so no stack is shown. */
export class Problem extends Error {
  override name = 'Problem';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs a toolchain program: sets the exit code it returns, and turns any failure into one readable line on standard
 * error. `ESPALIER_DEBUG=1` shows the stack as well.
 */
export async function runProgram(program: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await program();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${describeFailure(error)}\n`);
  }
}

function describeFailure(error: unknown): string {
  if (process.env.ESPALIER_DEBUG === '1')
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = messageOf(error);
  if (error instanceof Problem) return message;
  const firstLine = message.split('\n', 1)[0];
  return `Something unexpected failed: ${firstLine} (ESPALIER_DEBUG=1 shows the details)`;
}
