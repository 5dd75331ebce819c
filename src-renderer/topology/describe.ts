import { MASK_STATES, type MaskView } from '../../src-main/contract/index.ts';
import { binStates, stateAt } from './bins.ts';
import type { Block } from './viewport.ts';

/** What is under the pointer, in words: `Output 12, input 345 (pixel row 12, column 9): born`. */
export function describeBlock(view: MaskView, block: Block): string {
  if (block.outputs === 1 && block.inputs === 1) {
    const state = stateAt(view, block.output * view.inputs + block.input);
    const pixel = view.inputShape ? ` (${describePixel(block.input, view.inputShape)})` : '';
    return `Output ${block.output}, input ${block.input}${pixel}: ${state === null ? 'no weight' : MASK_STATES[state]}`;
  }
  const size = Math.max(block.outputs, block.inputs);
  const bins = binStates(view, size, {
    row: Math.floor(block.output / size),
    column: Math.floor(block.input / size),
    rows: 1,
    columns: 1,
  });
  const found = MASK_STATES.flatMap((name, state) => {
    const number = bins.counts[state][0];
    return number > 0 ? [`${number} ${name}`] : [];
  });
  const outputs = range('Output', block.output, block.outputs);
  const inputs = range('input', block.input, block.inputs);
  return `${outputs}, ${inputs}: ${found.length > 0 ? found.join(', ') : 'no weight'}`;
}

function range(noun: string, first: number, length: number): string {
  return length === 1 ? `${noun} ${first}` : `${noun}s ${first} to ${first + length - 1}`;
}

/** Row and column, counted from 0, of an input of an image `[height, width, channels]`, channel fastest. */
function describePixel(input: number, [, width, channels]: readonly [number, number, number]): string {
  const pixel = Math.floor(input / channels);
  const channel = channels > 1 ? `, channel ${input % channels}` : '';
  return `pixel row ${Math.floor(pixel / width)}, column ${pixel % width}${channel}`;
}
