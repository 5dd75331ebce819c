import { csvCell, type MaskView } from '../../../contract/index.ts';
import { activeOf, changesOf, type MaskHistory } from './history.ts';

/** A layer of millions of weights would be longer than a string can be. */
const ROWS_AT_ONCE = 4096;

type Change = [change: string, position: number];

const COLUMNS = ['update', 'step', 'layer', 'name', 'outputs', 'inputs', 'change', 'row', 'column'];

/**
 * A row for every weight of the initial masks (`initial`) and for every change after them: `drop`, `grow`, and for what an
 * update dropped and grew again `regrow`, or `regrow-kept` where it kept its weight and its life goes on. An update that
 * left a layer alone has a row `none` without a position, so that all updates are there. By layer, then by update (RFC 4180).
 */
export async function* csvRows(history: MaskHistory): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  const regrow = history.regrownLiveOn ? 'regrow-kept' : 'regrow';
  for (const layer of history.layers.keys()) {
    for await (const view of history.masksOf(layer)) {
      const start = [view.update, view.step, layer, csvCell(view.layerName), view.outputs, view.inputs].join(',');
      const changes = changesIn(view, regrow);
      if (changes.length === 0) yield `${start},none,,\r\n`;
      const row = ([change, position]: Change): string => {
        const column = position % view.inputs;
        return `${start},${change},${(position - column) / view.inputs},${column}\r\n`;
      };
      for (let from = 0; from < changes.length; from += ROWS_AT_ONCE)
        yield changes
          .slice(from, from + ROWS_AT_ONCE)
          .map(row)
          .join('');
    }
  }
}

/** By position. */
function changesIn(view: MaskView, regrow: string): Change[] {
  if (view.update === 0) return activeOf(view).map((position) => ['initial', position]);
  const { dropped, grown, regrown } = changesOf(view);
  const both = new Set(regrown);
  const only = (positions: number[]): number[] => positions.filter((position) => !both.has(position));
  return [
    ...only(dropped).map((position): Change => ['drop', position]),
    ...only(grown).map((position): Change => ['grow', position]),
    ...regrown.map((position): Change => [regrow, position]),
  ].sort(([, a], [, b]) => a - b);
}
