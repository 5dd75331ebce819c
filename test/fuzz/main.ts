import { ensureBundle } from '../../src-main/toolchain/testing/bundle.ts';
import { entrances } from './entrances/index.ts';
import { fuzzAndReport, replay, showTallies } from './command.ts';
import { readFuzzOptions, USAGE, type FuzzCommand } from './options.ts';

const names = entrances.map(({ name }) => name);

/** `npm run fuzz`. @returns the exit code */
async function main(args: string[]): Promise<number> {
  let command: FuzzCommand;
  try {
    command = readFuzzOptions(args, names);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  switch (command.type) {
    case 'help':
      console.log(USAGE);
      return 0;
    case 'list':
      for (const { name, what } of entrances) console.log(`${name.padEnd(16)}${what}`);
      return 0;
    case 'table':
      return showTallies();
    case 'replay':
      await ensureBundle();
      return replay(command.entrance, command.file);
    case 'fuzz':
      await ensureBundle();
      return fuzzAndReport(command);
  }
}

process.exitCode = await main(process.argv.slice(2));
