import { activeOf, changesOf, type MaskHistory } from './history.ts';

/**
 * A JSON document a line: first `{ run, layers, steps, regrownLiveOn }`, then for every layer its initial mask,
 * `{ layer, update: 0, active }`, and what each update did, `{ layer, update, dropped, grown }`. Positions are
 * `row * inputs + column`, ascending; what an update dropped and grew again stands in both lists.
 */
export async function* jsonLines(history: MaskHistory): AsyncGenerator<string> {
  const { runId: run, layers, steps, regrownLiveOn } = history;
  yield `${JSON.stringify({ run, layers, steps, regrownLiveOn })}\n`;
  for (const layer of layers.keys()) {
    for await (const view of history.masksOf(layer)) {
      const { update } = view;
      const { dropped, grown } = changesOf(view);
      const line = update === 0 ? { layer, update, active: activeOf(view) } : { layer, update, dropped, grown };
      yield `${JSON.stringify(line)}\n`;
    }
  }
}
