import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkOpening } from '../../../src-main/engine/check-opening.ts';
import { buildNamedNetwork } from '../../../src-main/networks/zoo/index.ts';
import type { GpuBenchResult } from './bench.ts';
import { caseShape, GPU_CASES } from './cases.ts';
import type { Row } from './measure-case.ts';
import { gpuOpening } from './opening.ts';
import { openPeer } from './peer.ts';
import { reportGpuBench } from './report.ts';
import { workOf } from './work.ts';

test.each(GPU_CASES)('%s opens at every sparsity, small on software and whole on a card', (name) => {
  const small = caseShape(name, true);
  for (const sparsity of [0, 0.98]) checkOpening(gpuOpening(small, sparsity), 'WebGPU');
  const { network, batch } = caseShape(name, false);
  expect([network.name, batch]).toEqual(
    { mlp: ['mlp-4096-4096', 512], conv: ['cnn-small', 64], resnet18: ['resnet18', 128] }[name],
  );
  expect(network.layers.length).toBe(small.network.layers.length);
});

test('work of a small mlp, counted by hand', () => {
  const network = buildNamedNetwork('mlp-3', { shape: [1, 4, 1], classes: 2 });
  const { flops, bytes } = workOf(gpuOpening({ title: '', batch: 5, network }, 0));
  // 12 and 6 weights: forward and gradients of both, back through the second.
  expect(flops).toBe(5 * 2 * (2 * 12 + 3 * 6));
  // Eight words a weight; both layers' inputs and outputs, twice, and the second's once more.
  expect(bytes).toBe(4 * (8 * 18 + 5 * (2 * (4 + 3) + 3 * (3 + 2))));
});

test('sparse weights cost their indices too, and work follows them', () => {
  const network = buildNamedNetwork('mlp-300', { shape: [1, 200, 1], classes: 10 });
  const opening = gpuOpening({ title: '', batch: 1, network }, 0.9);
  const [first, second] = opening.state.layers.map(({ mask }) => mask.columns.length);
  expect(first / 60_000).toBeCloseTo(0.1, 2);
  const { flops, bytes } = workOf(opening);
  expect(flops).toBe(2 * (2 * first + 3 * second));
  expect(bytes).toBe(4 * (11 * (first + second) + 2 * 500 + 3 * 310));
});

const row = (sparsity: number, millisecondsPerStep: number, peer: Row['peer']): Row => ({
  case: 'mlp',
  sparsity,
  batch: 512,
  millisecondsPerStep,
  flopsPerSecond: 5e12,
  bytesPerSecond: 5e11,
  peer,
});

const result: GpuBenchResult = {
  machine: 'a machine',
  adapter: 'a card',
  isSoftware: false,
  peer: 'PyTorch 9, CUDA 99, on a card',
  peerMissing: null,
  rounds: 3,
  secondsPerTurn: 1,
  copy: { bytesPerSecond: 2e12, cachedBytesPerSecond: 4e12 },
  gemm: { side: 4096, plainFlopsPerSecond: 1e13, engineFlopsPerSecond: 2e13, flopsPerSecond: 2e13 },
  cases: [{ case: 'mlp', title: 'mlp of a test', batch: 512 }],
  rows: [row(0, 8, { fp32: 6, tf32: 2 }), row(0.95, 2, { masked: 7 }), row(0.98, 1, { masked: 7 })],
};

test('the report has shares of the ceilings, ratios and goals', () => {
  const lines = reportGpuBench(result).split('\n');
  expect(lines).toContain('a card');
  const dense = lines.find((line) => /^\s*mlp\s+0\s/.test(line))!;
  expect(dense.trim().split(/\s+/)).toEqual('mlp 0 8.000 5.00 25 % 500 25 % 1.00 6.00 2.00 - 0.75 0.25 -'.split(' '));
  const sparse = lines.find((line) => /^\s*mlp\s+0\.98\s/.test(line))!;
  expect(sparse.trim().split(/\s+/).slice(-7)).toEqual('8.00 6.00 2.00 7.00 6.00 2.00 7.00'.split(' '));
  expect(lines.at(-1)).toMatch(/0\.95 against own dense 4\.00 .* 0\.98 8\.00 .* fp32 0\.75 .* masked 7\.00/);
});

test('a software adapter is named as such in the table, and meets no goals', () => {
  const software = { ...result, adapter: 'SwiftShader', isSoftware: true, peer: null, peerMissing: 'none' };
  const text = reportGpuBench(software);
  expect(text).toMatch(/SwiftShader \(software\)\n/);
  expect(text).toMatch(/SOFTWARE, not a graphics card/);
  expect(text).not.toMatch(/Goals/);
});

test('where no Python has PyTorch with CUDA, the reasons are told', async () => {
  const script = join(import.meta.dirname, 'no-such-script.py');
  const peer = await openPeer({ pythons: ['/no/such/python'], script, device: 'cuda' });
  expect(peer).toEqual({ missing: expect.stringMatching(/No PyTorch.*\/no\/such\/python: .*ENOENT/) as string });
});
