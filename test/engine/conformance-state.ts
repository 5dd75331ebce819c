import { expect, test } from 'vitest';
import { positionsOf, someChanges, trialBatch, trialOpening } from './networks.ts';
import { openReference } from './reference.ts';
import { expectClose, expectNear, expectSameBits, withEngine, type OpenEngine } from './support.ts';

const STEP = { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };

export function describeState(open: OpenEngine): void {
  test('opens with exactly what it is given', async () => {
    const opening = trialOpening({ widths: [9, 14, 4], density: 0.4, seed: 31 });
    opening.state.layers.forEach(({ momenta, biasMomenta }) => {
      momenta.forEach((_, k) => (momenta[k] = k / 7));
      biasMomenta.forEach((_, k) => (biasMomenta[k] = -k / 3));
    });
    await withEngine(open, opening, async (engine) => {
      expect(await engine.snapshot()).toEqual(opening.state);
      expect(await engine.mask(1)).toEqual(opening.state.layers[1].mask);
      expectSameBits(await engine.activeWeights(1), opening.state.layers[1].weights);
      expectSameBits(await engine.biases(1), opening.state.layers[1].biases);
    });
  });

  test('weights can be replaced: momenta and the last gradients stay, and training goes on from there', async () => {
    const opening = trialOpening({ widths: [10, 16, 12, 4], density: 0.4, seed: 35 });
    await withEngine(open, opening, async (engine) => {
      if (!engine.setWeights) return;
      await engine.trainStep(trialBatch(opening, 20, 1), STEP);
      const gradients = await engine.gradients(1);
      const before = await engine.snapshot();
      for (const [layer, { weights }] of before.layers.entries())
        await engine.setWeights(
          layer,
          weights.map((weight) => 0.5 * weight - 0.01),
        );
      expect(await engine.gradients(1)).toEqual(gradients);
      const now = await engine.snapshot();
      const halved = before.layers.map((layer) => ({ ...layer, weights: layer.weights.map((w) => 0.5 * w - 0.01) }));
      expect(now).toEqual({ ...before, layers: halved });
      await expect(engine.setWeights(0, new Float32Array(3))).rejects.toThrow(/active weights, not 3/);
      const reference = openReference({ ...opening, state: now });
      const batch = trialBatch(opening, 20, 2);
      reference.step(batch, STEP);
      await engine.trainStep(batch, STEP);
      const { layers } = await engine.snapshot();
      layers.forEach(({ mask, weights }, at) =>
        expectClose(
          weights,
          Array.from(positionsOf(mask), (position) => reference.layers[at].weights[position]),
          2e-5,
        ),
      );
    });
  });

  test('rewiring keeps survivors, zeroes the new, and training goes on from there', async () => {
    const opening = trialOpening({ widths: [10, 16, 12, 4], density: 0.4, seed: 32 });
    await withEngine(open, opening, async (engine) => {
      for (let t = 0; t < 3; t++) await engine.trainStep(trialBatch(opening, 20, t), STEP);
      const before = await engine.snapshot();
      for (const layer of [0, 1, 2]) {
        const { dropped, grown } = someChanges(before.layers[layer].mask, 3);
        // One is dropped and grown at once.
        const both = Float64Array.from([...grown, dropped[1]]).sort();
        await engine.rewire(layer, dropped, both);
        const [old, now] = [before.layers[layer], (await engine.snapshot()).layers[layer]];
        const expected = new Map(Array.from(positionsOf(old.mask), (p, k) => [p, [old.weights[k], old.momenta[k]]]));
        dropped.forEach((position) => expected.delete(position));
        both.forEach((position) => expected.set(position, [0, 0]));
        const positions = Array.from(expected.keys()).sort((a, b) => a - b);
        expect(Array.from(positionsOf(now.mask))).toEqual(positions);
        expectSameBits(
          now.weights,
          Float32Array.from(positions, (position) => expected.get(position)![0]),
        );
        expectSameBits(
          now.momenta,
          Float32Array.from(positions, (position) => expected.get(position)![1]),
        );
        expectSameBits(now.biases, old.biases);
        expectSameBits(now.biasMomenta, old.biasMomenta);
      }
      // The arithmetic after it follows the new masks, forward and back.
      const reference = openReference({ ...opening, state: await engine.snapshot() });
      const batch = trialBatch(opening, 20, 50);
      const expectedLoss = reference.loss(batch);
      expectNear((await engine.trainStep(batch, STEP)).loss, expectedLoss, 5);
      reference.step(batch, STEP);
      for (const [index, state] of (await engine.snapshot()).layers.entries()) {
        const positions = positionsOf(state.mask);
        expectClose(
          state.weights,
          Array.from(positions, (p) => reference.layers[index].weights[p]),
          1e-5,
        );
      }
    });
  });

  test('a layer may grow beyond its first size, shrink to nothing and come back', async () => {
    const opening = trialOpening({ widths: [6, 8, 3], density: 0.3, seed: 33 });
    await withEngine(open, opening, async (engine) => {
      const active = positionsOf(opening.state.layers[1].mask);
      const everything = Float64Array.from({ length: 24 }, (_, p) => p);
      await engine.rewire(
        1,
        new Float64Array(0),
        everything.filter((p) => !active.includes(p)),
      );
      expect(positionsOf(await engine.mask(1))).toEqual(everything);
      const kept = await engine.activeWeights(1);
      active.forEach((p, k) => expect(kept[p]).toBe(opening.state.layers[1].weights[k]));
      await engine.rewire(1, everything, new Float64Array(0));
      expect((await engine.mask(1)).columns).toHaveLength(0);
      await engine.trainStep(trialBatch(opening, 5), STEP);
      await engine.rewire(1, new Float64Array(0), Float64Array.of(0, 23));
      expect(await engine.activeWeights(1)).toEqual(new Float32Array(2));
      await engine.trainStep(trialBatch(opening, 5), STEP);
      const weights = await engine.activeWeights(1);
      const reference = openReference({ ...opening, state: await engine.snapshot() });
      expect(weights.some((weight) => weight !== 0)).toBe(true);
      expectNear((await engine.evaluate(trialBatch(opening, 5))).loss, reference.loss(trialBatch(opening, 5)), 5);
    });
  });

  test('invalid rewirings are refused and change nothing', async () => {
    const opening = trialOpening({ widths: [5, 4, 3], density: 0.5, seed: 34 });
    const active = positionsOf(opening.state.layers[0].mask);
    const inactive = Float64Array.from({ length: 20 }, (_, p) => p).filter((p) => !active.includes(p));
    const none = new Float64Array(0);
    const bad: [Float64Array, Float64Array, RegExp][] = [
      [inactive.slice(0, 1), none, /not active/],
      [none, active.slice(0, 1), /active already/],
      [active.slice(0, 1), active.slice(0, 2), /active already/],
      [none, Float64Array.of(20), /20/],
      [none, Float64Array.of(-1), /-1/],
      [none, Float64Array.of(inactive[0] + 0.5), /whole number/],
      [active.slice(0, 2).reverse(), none, /above the one before/],
      [none, Float64Array.of(inactive[0], inactive[0]), /above the one before/],
      [Float64Array.of(NaN), none, /NaN/],
    ];
    await withEngine(open, opening, async (engine) => {
      const before = await engine.snapshot();
      for (const [dropped, grown, message] of bad) {
        const refusal = engine.rewire(0, dropped, grown);
        await expect(refusal).rejects.toMatchObject({ name: 'EngineError' });
        await expect(refusal).rejects.toThrow(message);
      }
      await expect(engine.rewire(2, none, none)).rejects.toThrow(/no layer 2/);
      expect(await engine.snapshot()).toEqual(before);
    });
  });

  test('after a refused rewiring that would have enlarged a layer, training goes on as if it had not been asked', async () => {
    const opening = trialOpening({ widths: [10, 17, 9, 4], density: 0.4, seed: 35, largestBatch: 50 });
    const train = (isAsked: boolean) =>
      withEngine(open, opening, async (engine) => {
        await engine.trainStep(trialBatch(opening, 50, 0), STEP);
        // Everything: what is active already cannot be grown.
        const all = Float64Array.from({ length: 17 * 9 }, (_, position) => position);
        if (isAsked) await expect(engine.rewire(1, new Float64Array(0), all)).rejects.toThrow(/active already/);
        await engine.trainStep(trialBatch(opening, 50, 1), STEP);
        return engine.snapshot();
      });
    expect(await train(true)).toEqual(await train(false));
  });

  test('a snapshot opens again and goes on bit for bit', async () => {
    const opening = trialOpening({ widths: [10, 17, 9, 4], density: 0.4, seed: 35, largestBatch: 50 });
    const train = async (engine: Awaited<ReturnType<OpenEngine>>, from: number, to: number) => {
      for (let t = from; t < to; t++) {
        await engine.trainStep(trialBatch(opening, 50, t), STEP);
        if (t % 3 !== 2) continue;
        const { dropped, grown } = someChanges(await engine.mask(1), 4);
        await engine.rewire(1, dropped, grown);
      }
      return engine.snapshot();
    };
    const whole = await withEngine(open, opening, (engine) => train(engine, 0, 10));
    const half = await withEngine(open, opening, (engine) => train(engine, 0, 5));
    const resumed = await withEngine(open, { ...opening, state: half }, (engine) => train(engine, 5, 10));
    whole.layers.forEach((layer, index) => {
      expect(resumed.layers[index].mask).toEqual(layer.mask);
      for (const what of ['weights', 'momenta', 'biases', 'biasMomenta'] as const)
        expectSameBits(resumed.layers[index][what], layer[what]);
    });
  });

  test('copies are copies', async () => {
    const opening = trialOpening({ widths: [5, 4, 3], seed: 36 });
    await withEngine(open, opening, async (engine) => {
      (await engine.activeWeights(0)).fill(9);
      (await engine.biases(0)).fill(9);
      (await engine.mask(0)).columns.fill(4);
      (await engine.snapshot()).layers[0].momenta.fill(9);
      expect(await engine.snapshot()).toEqual(opening.state);
    });
  });

  test('promises settle in the order of the calls', async () => {
    const opening = trialOpening({ widths: [5, 4, 3], seed: 37 });
    await withEngine(open, opening, async (engine) => {
      const order: string[] = [];
      await Promise.all([
        engine.trainStep(trialBatch(opening, 9), STEP).then(() => order.push('step')),
        engine.rewire(0, Float64Array.of(99), new Float64Array(0)).catch(() => order.push('refusal')),
        engine.gradients(0).then(() => order.push('gradients')),
        engine.evaluate(trialBatch(opening, 9)).then(() => order.push('evaluation')),
        engine.mask(0).then(() => order.push('mask')),
      ]);
      expect(order).toEqual(['step', 'refusal', 'gradients', 'evaluation', 'mask']);
    });
  });

  test('a state that does not fit the network is refused with the layer named', async () => {
    const spoilt: [(opening: ReturnType<typeof trialOpening>) => void, RegExp][] = [
      [({ state }) => (state.layers[1].weights = new Float32Array(1)), /linear-1.*1 weights/],
      [({ state }) => (state.layers[0].biases = new Float32Array(1)), /linear-0.*1 biases/],
      [({ state }) => (state.layers[0].mask = { ...state.layers[0].mask, outputs: 9 }), /linear-0.*9 x 5/],
      [({ state }) => state.layers[0].mask.columns.reverse(), /linear-0.*out of order/],
      [({ state }) => state.layers.pop(), /2 weight layers, its state 1/],
      [({ network }) => (network.classes = 4), /3 logits for 4 classes/],
      [(opening) => (opening.mean = []), /means/],
      [(opening) => (opening.largestBatch = 0), /largest batch/],
    ];
    for (const [spoil, message] of spoilt) {
      const opening = trialOpening({ widths: [5, 4, 3], seed: 38 });
      spoil(opening);
      await expect(open(opening)).rejects.toThrow(message);
    }
  });
}
