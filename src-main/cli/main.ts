import { EXIT } from './command.ts';
import { runCommandLine } from './run-command-line.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

// Nobody reads what is said along the way any more (`2>&1 | head`, a terminal that is gone): training goes on.
process.stderr.on('error', () => undefined);

process.exitCode = await runCommandLine(process.argv.slice(2));
