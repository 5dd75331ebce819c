import { visibleText, type RunListItem, type RunWarning } from '../contract/index.ts';

/** A deep network may have units to warn of in every layer. */
const MOST_OF_A_RUN = 8;

/** What was said before a run started is not repeated. */
const isNews = ({ code }: RunWarning): boolean => code !== 'configuration';
export const isOfDivergence = ({ code }: RunWarning): boolean => code === 'diverged';

/** What runs that are over have to say against their results. */
export function sayWarnings(
  say: (text: string) => void,
  runs: readonly RunListItem[],
  isSaid: (warning: RunWarning) => boolean = isNews,
): void {
  for (const { id, name, failure, warnings } of runs) {
    const who = `${visibleText(name)} (${id})`;
    if (failure) say(`${who} failed: ${visibleText(failure)}`);
    const news = warnings.filter(isSaid);
    for (const { text } of news.slice(0, MOST_OF_A_RUN)) say(`Warning: ${who}: ${visibleText(text)}`);
    const rest = news.length - MOST_OF_A_RUN;
    if (rest > 0) say(`Warning: ${who}: ${rest} more, which \`show ${id}\` tells`);
  }
}
