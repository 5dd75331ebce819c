import { describe, expect, test } from 'vitest';
import type { ConfigurationInput } from '../../../src-main/contract/index.ts';
import { guardMethod } from '../../../src-main/own-methods/guard-method.ts';
import { loadMethod } from '../../../src-main/own-methods/load-method.ts';
import type { Method } from '../../../src-main/topology/methods/index.ts';
import { drawInitialState } from '../../../src-main/training/initial-state.ts';
import { buildNetwork } from '../../../src-main/networks/accounting.ts';
import { tinyData } from '../../fixtures/tiny-data.ts';
import { METHOD_NAMES, methodOf, requireConfiguration } from '../../support/methods.ts';
import { ofType } from '../run-worker.ts';
import { outcomeOf, servedOverPort, TINY, trainBy, type Traffic } from './support.ts';

/** Every method that Espalier brings along, taken as if it were a person's; blocks and groups that divide the layers. */
const CASES: [string, ConfigurationInput][] = METHOD_NAMES.flatMap((method): [string, ConfigurationInput][] => {
  const input = { method, initialSparsity: 0.2, gradientBatches: 1, groupSize: 4, blockSize: 4 };
  const exact: [string, ConfigurationInput] = [method, { ...input, growthInitialisation: 'kept' }];
  return methodOf(method).hasReference
    ? [exact, [`${method}, reference`, { ...input, fidelity: 'reference' }]]
    : [exact];
});

const asOwn = (name: string) => () => guardMethod(methodOf(name), { file: 'own.js' });

test.each(CASES)('%s by message trains as in process: masks, weights, plan and all', async (_, input) => {
  const load = asOwn(input.method!);
  const here = await trainBy('here', load, input);
  const served = await trainBy('served', load, input);
  expect(outcomeOf(served)).toEqual(outcomeOf(here));
  expect(ofType(served.events, 'finished')).toHaveLength(1);
  if (methodOf(input.method!).rewiring) expect(ofType(served.events, 'mask-update').length).toBeGreaterThan(0);
});

const questionsOf = ({ answers }: Traffic) =>
  new Set(answers.flatMap((answer) => (answer.type === 'question' ? [answer.what.kind] : [])));

test.each<[string, string[]]>([
  ['set', []],
  ['gmp', []],
  ['dsr', []],
  ['random-unfired', []],
  ['rigl', ['largestInactiveGradients']],
  ['mest', ['gradients']],
  ['snfs', ['largestInactiveGradients', 'momenta']],
  ['top-kast', ['held']],
  ['rigl-nm', ['rows']],
])('%s asks for nothing but what it uses: %j', async (method, questions) => {
  const { traffic } = await trainBy('served', asOwn(method), { method, groupSize: 4 });
  expect([...questionsOf(traffic!)].sort()).toEqual(questions);
  const calls = traffic!.requests.filter(({ type }) => type === 'call').length;
  expect(traffic!.answers.filter(({ type }) => type === 'result')).toHaveLength(calls);
});

test('a layer is sent once an update, whatever its rules are, and what was ever active never while the masks tell it', async () => {
  const { traffic, events } = await trainBy('served', asOwn('rigl'), { method: 'rigl' });
  let updates = 0;
  const views = traffic!.requests.flatMap((request) => {
    if (request.type === 'update') updates++;
    return request.type === 'view' ? [{ ...request.view, updates }] : [];
  });
  expect(updates).toBe(ofType(events, 'mask-update').length);
  expect(views.length).toBeGreaterThan(updates);
  expect(new Set(views.map(({ layer, updates: at }) => `${layer} ${at}`)).size).toBe(views.length);
  expect(views.every(({ explored }) => explored === null)).toBe(true);
});

test.each(['random-unfired', 'dsr', 'srigl', 'rigl-blocks', 'snfs', 'top-kast'])(
  '%s goes on by message after a suspension, with other processes, as if there had been none',
  async (method) => {
    const load = asOwn(method);
    const input = { method, blockSize: 4 };
    const whole = await trainBy('here', load, input);
    const first = await trainBy('served', load, input, { suspendAt: 4 });
    const checkpoint = ofType(first.events, 'checkpoint').at(-1)!;
    expect(checkpoint.step).toBe(4);
    const rest = await trainBy('served', load, input, { checkpoint: checkpoint.bytes });
    const end = (run: typeof whole) => ofType(run.events, 'finished').map(({ result }) => ({ ...result, seconds: 0 }));
    expect(end(rest)).toEqual(end(whole));
    expect(ofType(rest.events, 'mask-update')).toEqual(
      ofType(whole.events, 'mask-update').filter(({ step }) => step > 4),
    );
  },
);

test('engines are measured on the masks that a method draws, and nothing else of it is asked', async () => {
  for (const method of ['rigl-blocks', 'srigl', 'mest', 'snip']) {
    const configuration = requireConfiguration({ ...TINY, method, blockSize: 4 });
    const data = tinyData(48, 16);
    const measure = { engines: ['webgpu' as const], milliseconds: 1 };
    const start = { runId: 'test', configuration, threads: 1, data, checkpoint: null, measure };
    const served = await servedOverPort(asOwn(method), start);
    served.close();
    const network = buildNetwork(configuration, data);
    expect(drawInitialState(network, served.method, configuration)).toEqual(
      drawInitialState(network, methodOf(method), configuration),
    );
    expect(served.traffic.requests).toEqual([]);
  }
});

const ownFile = (
  rules: string,
  rest = '',
) => `import { defineMethod, DROP_AND_GROW_KEYS, dropSmallestMagnitudes, growRandom } from 'espalier';
export default defineMethod({
  name: 'own-one', title: 'Own', source: 'mine', drops: 'some', grows: 'some', uses: DROP_AND_GROW_KEYS, ${rest}
  rewiring: { drop: dropSmallestMagnitudes, grow: growRandom, needsDenseGradient: false,
${rules}
  },
});
`;

describe('a rule that goes wrong ends the run with the same words by message as in process', () => {
  test.each<[string, string, RegExp]>([
    [
      'throws',
      'grow() { throw new Error("no idea"); }',
      /failed at update 1 in its grow rule of layer .*: no idea \(own\.js:5\)/,
    ],
    [
      'has a wrong count',
      'drop: () => new Uint32Array(0)',
      /drop rule of layer .*0 weights of layer .* would be dropped instead of/,
    ],
    [
      'grows what is active',
      'grow: (view, dropped, count) => view.positions.slice(0, count)',
      /is active|not ascending/,
    ],
    [
      'grows NaN',
      'grow: (view, dropped, count) => new Float64Array(count).fill(NaN)',
      /not ascending positions below \d+: NaN/,
    ],
    ['gives what cannot be sent', 'counts: (views) => views.map(() => ({ drop: () => 1, grow: 1 }))', /cannot drop/],
    [
      'asks for what the run does not have',
      'grow: async (view) => view.held()',
      /This run keeps no values of inactive weights/,
    ],
    ['plans badly', 'steps() { throw new Error("never"); }', /failed in its steps: never \(own\.js:5\)/],
  ])('%s', async (_, rules, message) => {
    const source = { file: 'own.js', code: ownFile(rules) };
    const load = (): Method => ({ ...guardMethod(loadMethod(source), source) });
    // The configuration names a method that has the same keys: which rules it goes by is the loaded one's.
    const failure = async (where: 'here' | 'served') =>
      trainBy(where, load, { method: 'set' }).then(
        () => 'no failure',
        (error: Error) => error.message,
      );
    const here = await failure('here');
    expect(here).toMatch(message);
    expect(await failure('served')).toBe(here);
  });

  test('a file that cannot be a method is refused before the start, with its line', async () => {
    const source = { file: 'own.js', code: 'export default 3 +;' };
    await expect(trainBy('served', () => loadMethod(source), { method: 'set' })).rejects.toThrow(/own\.js:1/);
  });
});

test('who watches hears of each rule before it is asked, and of its end', async () => {
  const { events } = await trainBy('served', asOwn('snfs'), { method: 'snfs' });
  const heard = ofType(events, 'rule').map(({ rule }) => rule);
  expect(heard.slice(0, 4)).toEqual([
    { rule: 'counts', layer: null, update: 1 },
    null,
    { rule: 'drop', layer: 0, update: 1 },
    null,
  ]);
  expect(heard.filter((rule) => rule === null)).toHaveLength(heard.length / 2);
});
