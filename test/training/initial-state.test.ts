import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../src-main/contract/index.ts';
import { buildNetwork } from '../../src-main/networks/accounting.ts';
import { positionsOf } from '../../src-main/topology/mask.ts';
import { requireConfiguration } from '../support/methods.ts';
import { drawInitialState } from '../support/by-configuration.ts';

function draw(input: ConfigurationInput) {
  const configuration = requireConfiguration({ network: 'mlp-200-100', sparsity: 0.9, seed: 5, ...input });
  return drawInitialState(buildNetwork(configuration, { shape: [28, 28, 1], classes: 10 }), configuration).layers;
}

describe('the initial state', () => {
  it('has the same masks for static, SET and RigL of one seed', () => {
    const masks = (['static', 'set', 'rigl'] as const).map((method) => draw({ method }).map((layer) => layer.mask));
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[2]).toEqual(masks[0]);
    expect(draw({ method: 'static', seed: 6 })[0].mask).not.toEqual(masks[0][0]);
  });

  it('draws the same weight at a position for every density, up to the fan-in scale', () => {
    const sparse = draw({ method: 'set', initialisation: 'dense' })[0];
    const dense = draw({ method: 'dense' })[0];
    positionsOf(sparse.mask).forEach((position, at) => {
      expect(sparse.weights[at]).toBe(dense.weights[position]);
    });
  });

  it.each([
    ['sparse', 'set', (active: number) => 2 / active],
    ['dense', 'set', () => 2 / 784],
    ['reference', 'set', () => 1 / (3 * 784)],
    ['reference', 'dense', () => 1 / (3 * 784)],
    ['sparse', 'dense', () => 2 / 784],
  ] as const)(
    'initial scale %s of a %s run: the variance of every unit is its own',
    (initialisation, method, variance) => {
      const { mask, weights } = draw({ method, initialisation })[0];
      let normalised = 0;
      for (let row = 0; row < mask.outputs; row++) {
        const expected = variance(mask.rowStarts[row + 1] - mask.rowStarts[row]);
        for (let at = mask.rowStarts[row]; at < mask.rowStarts[row + 1]; at++)
          normalised += weights[at] ** 2 / expected;
      }
      expect(normalised / weights.length).toBeCloseTo(1, 1);
    },
  );

  it('starts with no momentum and no bias', () => {
    for (const layer of draw({})) {
      for (const values of [layer.momenta, layer.biases, layer.biasMomenta])
        expect(values.every((v) => v === 0)).toBe(true);
    }
  });
});
