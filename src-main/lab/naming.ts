import { randomInt } from 'node:crypto';
import { percentNumber, type MethodName, type RunConfiguration } from '../contract/index.ts';

export const methodTitles: Record<MethodName, string> = {
  dense: 'Dense',
  static: 'Static',
  snip: 'SNIP',
  grasp: 'GraSP',
  synflow: 'SynFlow',
  set: 'SET',
  rigl: 'RigL',
  'set-itop': 'SET-ITOP',
  'rigl-itop': 'RigL-ITOP',
  'random-unfired': 'Random-unfired',
  snfs: 'SNFS',
  dsr: 'DSR',
  deepr: 'DeepR',
  mest: 'MEST',
  gmp: 'GMP',
  granet: 'GraNet',
  'ac-dc': 'AC/DC',
  'top-kast': 'Top-KAST',
  cht: 'CHT',
  chts: 'CHTs',
};

/** 0.95 as 95%, 0.9975 as 99.75%, 0.99996 as 99.996%. */
export const formatPercent = (share: number): string => `${percentNumber(share)}%`;

/** `RigL 95% · mlp-256-128 · seed 1`; the name a person gave comes first. */
export function runName(configuration: RunConfiguration): string {
  if (configuration.name.trim()) return configuration.name.trim();
  const { method, sparsity, network, seed } = configuration;
  const title = method === 'dense' ? methodTitles.dense : `${methodTitles[method]} ${formatPercent(sparsity)}`;
  return `${title} · ${network} · seed ${seed}`;
}

const ALPHABET_SIZE = 36;
const RANDOM_DIGITS = 3;

/**
 * Identifiers of runs launched together: milliseconds, place in the launch and chance, in base 36, so that they sort by
 * time and then by place.
 */
export function newRunIds(count: number, now = Date.now()): string[] {
  const placeDigits = Math.max(1, Math.ceil(Math.log(count) / Math.log(ALPHABET_SIZE)));
  return Array.from({ length: count }, (_, place) => {
    const chance = randomInt(ALPHABET_SIZE ** RANDOM_DIGITS);
    const digits = (value: number, width: number): string => value.toString(ALPHABET_SIZE).padStart(width, '0');
    return now.toString(ALPHABET_SIZE) + digits(place, placeDigits) + digits(chance, RANDOM_DIGITS);
  });
}
