import { foreground } from '../../src-main/toolchain/support/processes.ts';
import { COMMAND_LINE_NODE } from '../../src-main/toolchain/support/threaded-node.ts';

const [first, ...rest] = process.argv.slice(2);

/** What is measured runs as the command line does. */
const isStartedSo = COMMAND_LINE_NODE.every((flag) => process.execArgv.includes(flag));

/** `npm run bench`: the graphics card has options of its own. What is not asked for is not loaded. */
async function bench(): Promise<number> {
  if (!isStartedSo) return foreground(process.execPath, [...COMMAND_LINE_NODE, ...process.argv.slice(1)]);
  return first === 'gpu'
    ? (await import('./gpu/command.ts')).benchGpu(rest)
    : (await import('./processor.ts')).benchProcessor(process.argv.slice(2));
}

process.exitCode = await bench();
