import type { RuleAtWork } from '../../contract/index.ts';

/** What the rules of a person's own method may take for one mask update. */
export const MOST_RULE_SECONDS = 30;

/**
 * Watches how long the rules of a method take at an update, all layers together; what happens between them is not theirs.
 * @param onExceeded called with the rule that was at work, while it still is
 */
export function createRuleLimit(onExceeded: (rule: RuleAtWork) => void): {
  /** A rule begins, or with null has ended. */
  heed(rule: RuleAtWork | null): void;
  end(): void;
} {
  let update = -1;
  let spentMilliseconds = 0;
  let since = 0;
  let timer: NodeJS.Timeout | null = null;
  const end = (): void => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    spentMilliseconds += performance.now() - since;
  };
  return {
    heed(rule) {
      end();
      if (rule === null) return;
      if (rule.update !== update) spentMilliseconds = 0;
      update = rule.update;
      since = performance.now();
      timer = setTimeout(() => onExceeded(rule), Math.max(0, MOST_RULE_SECONDS * 1000 - spentMilliseconds));
    },
    end,
  };
}
