import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../src-main/networks/accounting.ts';
import { crc32 } from '../../src-main/numerics/checksum.ts';
import { positionsOf } from '../../src-main/topology/mask.ts';
import { DamagedCheckpointError, decodeCheckpoint, encodeCheckpoint } from '../../src-main/training/checkpoint.ts';
import { requireConfiguration } from '../support/methods.ts';
import { drawInitialState } from '../support/by-configuration.ts';
import { readCheckpointHeader, type CheckpointHeader } from '../../src-main/training/checkpoint-header.ts';

const configuration = requireConfiguration({ network: 'mlp-30-20', sparsity: 0.8 });
const fresh = drawInitialState(buildNetwork(configuration, { shape: [5, 5, 1], classes: 3 }), configuration);
/** As if the network had a batch norm of two features, each value its own. */
const norm = (name: number) => Float32Array.of(name, name + 0.5);
const state = {
  ...fresh,
  norms: [
    {
      scale: norm(1),
      shift: norm(2),
      scaleMomenta: norm(3),
      shiftMomenta: norm(4),
      runningMean: norm(5),
      runningVariance: norm(6),
    },
  ],
};
const checkpoint = {
  progress: {
    step: 42,
    updates: 3,
    seconds: 1.25,
    best: { validationAccuracy: 0.5, epoch: 2 },
    window: { steps: 1, samples: 32, lossSum: 3.3, correct: 7 },
  },
  state,
  explored: state.layers.map((layer) => positionsOf(layer.mask)),
  dense: [Float32Array.of(0.5, -0, 3), Float32Array.of(1e-30)],
};

const shapes = state.layers.map(({ mask }) => mask);
const read = (bytes: Uint8Array) => decodeCheckpoint(bytes, () => shapes);

describe('a checkpoint', () => {
  it('comes back bit for bit', () => {
    expect(read(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('of a diverged run keeps a loss of %s', (lossSum) => {
    const { progress } = checkpoint;
    const diverged = { ...checkpoint, progress: { ...progress, window: { ...progress.window, lossSum } } };
    expect(read(encodeCheckpoint(diverged))).toEqual(diverged);
  });

  it('is the same bytes for the same state', () => {
    expect(encodeCheckpoint(checkpoint)).toEqual(encodeCheckpoint(read(encodeCheckpoint(checkpoint))));
  });

  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.slice(0, bytes.length - 9), /checksum/],
    ['changed in one bit', (bytes: Uint8Array) => bytes.map((byte, at) => (at === 500 ? byte ^ 4 : byte)), /checksum/],
    ['something else', () => new TextEncoder().encode('a text file, not a checkpoint'), /not a checkpoint/],
    ['of a later format', (bytes: Uint8Array) => bytes.map((byte, at) => (at === 4 ? 9 : byte)), /format 9/],
  ])('that is %s is refused by name', (_, damage, message) => {
    const damaged = damage(encodeCheckpoint(checkpoint));
    expect(() => read(damaged)).toThrow(DamagedCheckpointError);
    expect(() => read(damaged)).toThrow(message);
  });

  it.each(['weights', 'momenta'] as const)('with too few %s of a layer says which array it is', (array) => {
    const [first, ...others] = state.layers;
    const short = { ...first, [array]: first[array].subarray(1) };
    const active = first.mask.columns.length;
    expect(() => read(encodeCheckpoint({ ...checkpoint, state: { ...state, layers: [short, ...others] } }))).toThrow(
      `layer 0 has ${active} active weights, but ${active - 1} ${array} are stored.`,
    );
  });

  const encoded = encodeCheckpoint(checkpoint);
  const headerLength = new DataView(encoded.buffer).getUint32(8, true);
  /** The same length with another text in the header, sealed with the right checksum. */
  const withHeader = (from: RegExp, to: string): Uint8Array => {
    const text = new TextDecoder().decode(encoded.subarray(12, 12 + headerLength));
    const changed = text.replace(from, (found) => to.padEnd(found.length));
    expect(changed).not.toBe(text);
    expect(changed).toHaveLength(text.length);
    const bytes = encoded.slice();
    bytes.set(new TextEncoder().encode(changed), 12);
    new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
    return bytes;
  };

  it.each([
    ['a section that is longer than the file', withHeader(/"layers":\[\[\d+,\d+/, '"layers":[[9e9')],
    ['a section of a negative length', withHeader(/"norms":\[2/, '"norms":-2')],
    ['no JSON', withHeader(/"norms"/, '"norms')],
    ['no progress', withHeader(/\{"progress":.*\}/, '{}')],
    ['nothing', withHeader(/.*/, 'null')],
    ['text for a number of steps', withHeader(/"step":42,/, '"step":"",')],
    ['less than no steps', withHeader(/"step":42,/, '"step":-2,')],
    ['no sums', withHeader(/"window":\{[^}]*\}/, '"window":{}')],
    ['text for the length of a section', withHeader(/"layers":\[\[\d+,/, '"layers":[["",')],
    ['fewer layers than the network', withHeader(/"layers":\[\[[^\]]*\],/, '"layers":[')],
  ])('whose checksum is right but whose header tells of %s is refused', (_, damaged) => {
    expect(() => read(damaged)).toThrow(DamagedCheckpointError);
  });

  it.each([
    ['\u0000', 'progress.memory.\\u0000 is not'],
    ['\u001b[31m\n\u202e', 'progress.memory.\\u001b[31m\\n\\u202e is not'],
    ['a'.repeat(5000), '… (5,016 characters) is not'],
  ])('whose header has %j of another type is refused by a message that is safe to print', (key, shown) => {
    const header = JSON.parse(new TextDecoder().decode(encoded.subarray(12, 12 + headerLength))) as CheckpointHeader;
    header.progress.memory = { [key]: {} as number };
    const bytes = new TextEncoder().encode(JSON.stringify(header));
    expect(() => readCheckpointHeader(bytes)).toThrow(shown);
  });

  it('of another network is refused', () => {
    const others = shapes.map(({ outputs, inputs }) => ({ outputs, inputs: inputs + 1 }));
    expect(() => decodeCheckpoint(encoded, () => others)).toThrow(/but its layer of/);
  });
});
