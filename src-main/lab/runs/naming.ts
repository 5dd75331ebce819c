import { randomInt } from 'node:crypto';
import {
  defaultsOf,
  meantKeys,
  percentNumber,
  type MethodDescription,
  type RunConfiguration,
  type SharedKey,
} from '../../contract/index.ts';

/** 0.95 as 95%, 0.9975 as 99.75%, 0.99996 as 99.996%. */
export const formatPercent = (share: number): string => `${percentNumber(share)}%`;

/** Named in words of their own. */
const NAMED: ReadonlySet<string> = new Set<SharedKey>(['method', 'sparsity', 'network']);

/**
 * `RigL 95% · mlp-256-128 · seed 1`, with whatever is not the method's default before the seed, so that runs that differ
 * in a key their method uses have names that differ in it. The name a person gave stands alone.
 */
export function runName(configuration: RunConfiguration, method: MethodDescription): string {
  if (configuration.name.trim()) return configuration.name.trim();
  const { network, seed } = configuration;
  const title = method.sparse ? `${method.title} ${exactPercent(configuration.sparsity)}` : method.title;
  const usual = defaultsOf(method);
  const others = meantKeys(method)
    .filter((key) => !NAMED.has(key) && configuration[key] !== usual[key])
    .map((key) => `${key} ${configuration[key]}`);
  return [title, network, ...(others.length > 0 ? [others.join(', ')] : []), `seed ${seed}`].join(' · ');
}

/** The share itself where rounded digits would make it another one. */
const exactPercent = (share: number): string =>
  Number(`${percentNumber(share)}e-2`) === share ? formatPercent(share) : String(share);

const ALPHABET_SIZE = 36;
const RANDOM_DIGITS = 3;

/**
 * Identifiers of runs launched together: milliseconds, number in the launch and chance, in base 36, so that they sort by
 * time and then by that number.
 */
export function newRunIds(count: number, now = Date.now()): string[] {
  const indexDigits = Math.max(1, Math.ceil(Math.log(count) / Math.log(ALPHABET_SIZE)));
  return Array.from({ length: count }, (_, index) => {
    const chance = randomInt(ALPHABET_SIZE ** RANDOM_DIGITS);
    const digits = (value: number, width: number): string => value.toString(ALPHABET_SIZE).padStart(width, '0');
    return now.toString(ALPHABET_SIZE) + digits(index, indexDigits) + digits(chance, RANDOM_DIGITS);
  });
}
