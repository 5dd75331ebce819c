import fc from 'fast-check';
import { buildNetwork } from '../../../src-main/networks/accounting.ts';
import { crc32 } from '../../../src-main/numerics/checksum.ts';
import { positionsOf } from '../../../src-main/topology/mask.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../src-main/training/checkpoint.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { join, mutatedBytes, type Layout } from '../mutation/bytes.ts';
import { mutatedJson } from '../mutation/json.ts';
import { requireConfiguration } from '../../support/methods.ts';
import { drawInitialState } from '../../support/by-configuration.ts';

const configuration = requireConfiguration({ network: 'mlp-12-8', sparsity: 0.7 });
const fresh = drawInitialState(buildNetwork(configuration, { shape: [3, 3, 1], classes: 3 }), configuration);
const shapes = fresh.layers.map((layer) => layer.mask);
const floats = (from: number) => Float32Array.of(from, from + 0.5);

const documents: readonly Checkpoint[] = [
  {
    progress: {
      ...{ step: 42, updates: 3, seconds: 1.25, best: { validationAccuracy: 0.5, epoch: 2 } },
      window: { steps: 1, samples: 32, lossSum: 3.3, correct: 7 },
      ...{ warned: ['empty-layer/0'], memory: { rate: 0.3 }, flops: 12e9, recentLosses: [1, null, 0.5] },
      watch: { update: 3, target: null, steps: 4 },
      ...{ content: 'ab'.repeat(32), statistics: { mean: [0.5], deviation: [0.25] } },
    },
    state: {
      ...fresh,
      norms: [
        {
          ...{ scale: floats(1), shift: floats(2), scaleMomenta: floats(3), shiftMomenta: floats(4) },
          ...{ runningMean: floats(5), runningVariance: floats(6) },
        },
      ],
    },
    explored: fresh.layers.map((layer) => positionsOf(layer.mask)),
    dense: [Float32Array.of(0.5, -0, 3), Float32Array.of(1e-30)],
  },
  {
    progress: {
      ...{ step: 0, updates: 0, seconds: 0, best: null, diverged: true, unvalidated: true },
      window: { steps: 0, samples: 0, lossSum: Number.NaN, correct: 0 },
    },
    state: { ...fresh, norms: [] },
    explored: fresh.layers.map((layer) => positionsOf(layer.mask)),
    dense: null,
  },
];

const HEADER_AT = 12;
const headerLength = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);

function seal(bytes: Uint8Array): Uint8Array {
  const sealed = Uint8Array.from(bytes);
  if (sealed.length < 4) return sealed;
  const end = sealed.length - 4;
  new DataView(sealed.buffer).setUint32(end, crc32(sealed.subarray(0, end)), true);
  return sealed;
}

const layouts = documents.map((document): Layout => {
  const bytes = encodeCheckpoint(document);
  const headerEnd = HEADER_AT + headerLength(bytes);
  return {
    ...{ bytes, seal },
    fields: [4, 8].map((at) => ({ at, bytes: 4 as const, order: 'little' as const })),
    parts: [
      [HEADER_AT, headerEnd],
      [headerEnd, bytes.length - 4],
    ],
  };
});

/** Whole files of which only the header’s JSON is mutated. */
const withHeaders = fc.nat(layouts.length - 1).chain((at) => {
  const { bytes } = layouts[at];
  const headerEnd = HEADER_AT + headerLength(bytes);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_AT, headerEnd))) as unknown;
  return mutatedJson(fc.constant(header)).map((text) => {
    const changed = new TextEncoder().encode(text);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, changed.length, true);
    return seal(join(bytes.subarray(0, 8), length, changed, bytes.subarray(headerEnd)));
  });
});

/** Checkpoint files, as a resumption reads them. */
export const checkpoint: Entrance<Uint8Array> = {
  name: 'checkpoint',
  what: 'checkpoint files, as a resumption reads them',
  refusals: ['DamagedCheckpointError'],
  open: () => ({
    cases: fc.oneof(mutatedBytes(layouts), withHeaders),
    run(bytes) {
      const read = decodeCheckpoint(bytes, () => shapes);
      const { step, updates, seconds, window } = read.progress;
      expectThat(
        [step, updates, window.steps, window.samples].every((count) => Number.isSafeInteger(count) && count >= 0),
        'has no whole number of steps',
      );
      expectThat(Number.isFinite(seconds) && seconds >= 0, 'has no time');
      for (const [layer, { mask, weights, momenta }] of read.state.layers.entries()) {
        expectThat(mask.outputs === shapes[layer].outputs && mask.inputs === shapes[layer].inputs, 'has another shape');
        expectThat(weights.length === mask.columns.length && momenta.length === weights.length, 'has odd weights');
      }
      const again = encodeCheckpoint(decodeCheckpoint(encodeCheckpoint(read), () => shapes));
      expectThat(Buffer.compare(again, encodeCheckpoint(read)) === 0, 'changes when it is written again');
    },
  }),
};
