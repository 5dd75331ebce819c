#!/usr/bin/env node
// `npx espalier COMMAND` in a clone: the command line through the door that every npm script takes.
process.argv.splice(2, 0, 'espalier');
await import('./run.js');
