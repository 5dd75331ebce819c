import { isShared, type FieldDescription } from '../../src-main/contract/index.ts';

/** What stands below a field: its help; of a key that a method brings along also what it may be. */
export function fieldNote({ key, help, least, most, unit }: FieldDescription): string {
  if (isShared(key) || least === undefined || most === undefined) return help;
  return `${help} From ${least} to ${most}${unit === undefined ? '' : ` ${unit}`}.`;
}
