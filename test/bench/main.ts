import { benchGpu } from './gpu/command.ts';

/** `npm run bench`: the graphics card has options of its own. */

if (process.argv[2] === 'gpu') process.exitCode = await benchGpu(process.argv.slice(3));
else await import('./processor.ts');
