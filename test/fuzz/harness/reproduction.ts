import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ShrunkFailure } from './shrink.ts';
import { RESULTS_FOLDER } from './tally.ts';

/** A failing input as it is kept on disk. */
export interface Reproduction {
  entrance: string;
  rule: string;
  detail: string;
  /** Where fast-check finds the unshrunk case. */
  seed: number;
  path: string;
  /** For the reader. */
  shown: string;
  /** `v8.serialize` of the input, in base64: also NaN, typed arrays and keys such as `__proto__`. */
  input: string;
}

/** @returns the file */
export function keepReproduction(
  entrance: string,
  number: number,
  { seed, index }: { seed: number; index: number },
  { input, verdict }: ShrunkFailure,
): string {
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  const file = join(RESULTS_FOLDER, `${entrance}-${number}.json`);
  const kept: Reproduction = {
    ...{ entrance, rule: verdict.rule, detail: verdict.detail, seed, path: String(index), shown: show(input) },
    input: serialize(input).toString('base64'),
  };
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  return file;
}

/** @throws Error where the file is no reproduction */
export function readReproduction(file: string): { entrance: string; input: unknown } {
  const { entrance, input } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Reproduction>;
  if (typeof entrance === 'string' && typeof input === 'string') {
    return { entrance, input: deserialize(Buffer.from(input, 'base64')) };
  }
  throw new Error(`${file} is no reproduction: it lacks entrance or input.`);
}

const MOST_SHOWN = 1500;

/** An input in one line: bytes in hexadecimal, long ones cut off. */
export function show(input: unknown): string {
  try {
    return shown(input);
  } catch (error) {
    return `(cannot be shown: ${error instanceof Error ? error.message : String(error)})`;
  }
}

function shown(input: unknown): string {
  const seen = new Set<object>();
  const text = JSON.stringify(input, function (this: Record<string, unknown>, key, given: unknown) {
    // A buffer has become a list of numbers by now.
    const value = this[key] instanceof Uint8Array ? this[key] : given;
    if (value instanceof Uint8Array)
      return `${value.length} bytes ${Buffer.from(value.subarray(0, 200)).toString('hex')}`;
    if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (typeof value === 'string' && value.length > 400) return `${value.slice(0, 400)} … (${value.length} characters)`;
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return 'again';
    seen.add(value);
    return value;
  });
  return (text ?? String(input)).slice(0, MOST_SHOWN);
}
