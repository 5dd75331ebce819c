import { join } from 'node:path';
import { cacheFolder } from './folders.ts';

/**
 * What a Node is started with that starts threads of TypeScript, as the command line and the tests do.
 *
 * Node strips the types with a WebAssembly module in every such thread. After 1000 calls of one of its imports V8
 * compiles a wrapper for it, which all threads share; V8 13.6 (Node 24) can free one that is already freed, and ends the
 * process by SIGTRAP or SIGSEGV (`Runtime_TierUpWasmToJSWrapper`, `UnregisterWasmAllocation`: nodejs/node#64500). With a
 * budget of calls that is never spent no such wrapper is compiled, and a training step takes what it took.
 */
export const THREADED_NODE: readonly string[] = ['--wasm-wrapper-tiering-budget=1073741823'];

/** MiB; a young generation is three of them (V8's heap/heap.cc). */
const SEMI_SPACE_MIB = 4;

/**
 * What the command line is started with: what runs say passes through its main thread, whose young generation would grow
 * to 96 MiB of garbage. Its other threads are bounded where they are started (store/young-generation.ts).
 */
export const COMMAND_LINE_NODE: readonly string[] = [...THREADED_NODE, `--max-semi-space-size=${SEMI_SPACE_MIB}`];

/**
 * The environment of such a Node: what its threads stripped and compiled once, the next ones read. A command starts in
 * half the time; a folder that cannot be written changes nothing else.
 */
export function threadedNodeEnvironment(): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(cacheFolder(), 'node'), ...process.env };
}
