import { millisecondsText, type EngineChoice } from '../../src-main/contract/index.ts';

/** What `auto` chose by, short; null where it had nothing to choose from, or was not asked. */
export function engineNote(choice: EngineChoice | null): string | null {
  if (!choice || choice.measured.length < 2) return null;
  const [fastest, next] = choice.measured;
  const ms = ({ millisecondsPerStep }: typeof fastest) => `${millisecondsText(millisecondsPerStep)} ms`;
  return `auto: ${ms(fastest)} a step, ${next.engine} ${ms(next)}`;
}
