import type { MethodDescription, MethodFileReport, MethodKey } from '../../src-main/contract/index.ts';

export const STATE_WORDS: Record<MethodFileReport['state'], string> = {
  loaded: 'loaded',
  new: 'new, not loaded',
  changed: 'changed, not loaded',
  broken: 'cannot be loaded',
};

/** What a key may be, in a few words. */
export function rangeOf(key: MethodKey): string {
  switch (key.kind) {
    case 'choice':
      return key.choices.join(', ');
    case 'switch':
      return 'true or false';
    default:
      return `${key.least} to ${key.most}${key.unit === undefined ? '' : ` ${key.unit}`}`;
  }
}

/** The keys that a method brings along: each with what it may be. */
export const keysOf = ({ keys }: MethodDescription): string =>
  Object.entries(keys)
    .map(([name, key]) => `${name} (${rangeOf(key)})`)
    .join('; ');
