const [first, ...rest] = process.argv.slice(2);

/** `npm run bench`: the graphics card has options of its own. What is not asked for is not loaded. */
process.exitCode =
  first === 'gpu'
    ? await (await import('./gpu/command.ts')).benchGpu(rest)
    : await (await import('./processor.ts')).benchProcessor(process.argv.slice(2));

export {};
