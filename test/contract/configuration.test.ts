import { describe, expect, it } from 'vitest';
import {
  CONFIGURATION_KEYS,
  catalogueOf,
  describeFields as fieldsOf,
  isShared,
  resolveConfiguration as resolve,
} from '../../src-main/contract/index.ts';
import { builtInMethods } from '../../src-main/topology/methods/index.ts';
import { defineMethod } from '../../src-main/topology/methods/method.ts';
import {
  METHOD_NAMES,
  describeFields,
  methodOf,
  requireConfiguration,
  resolveConfiguration,
} from '../support/methods.ts';

const issuesOf = (input: unknown) => {
  const check = resolveConfiguration(input);
  return check.ok ? [] : check.issues;
};

describe('a configuration', () => {
  it.each(METHOD_NAMES)('is complete with nothing but the method %s', (method) => {
    const own = Object.keys(methodOf(method).keys);
    expect(Object.keys(requireConfiguration({ method })).sort()).toEqual([...CONFIGURATION_KEYS, ...own].sort());
  });

  it.each([
    ['set-itop', { updateEvery: 1500, pruneRate: 0.5, stopFraction: 1 }],
    ['rigl-itop', { updateEvery: 4000, pruneRate: 0.5, stopFraction: 1 }],
    ['dense', { sparsity: 0 }],
  ] as const)('of %s has that method’s defaults', (method, defaults) => {
    expect(requireConfiguration({ method })).toMatchObject(defaults);
  });

  it('lets what is given win over the method’s defaults, but a dense run has no sparsity', () => {
    expect(requireConfiguration({ method: 'set-itop', updateEvery: 7 }).updateEvery).toBe(7);
    expect(requireConfiguration({ method: 'dense', sparsity: 0.9 }).sparsity).toBe(0);
  });

  it.each([
    [{ sparsity: 1 }, 'sparsity', /at most 0\.9999/],
    [{ sparsity: '0.9' }, 'sparsity', /must be a number, not "0\.9"/],
    [{ sparsity: NaN }, 'sparsity', /must be a number|finite/],
    [{ network: 'resnet' }, 'network', /such as mlp-256-128, or one of lenet300-100.*not "resnet"/],
    [{ network: 'mlp-0' }, 'network', /such as mlp-256-128/],
    [{ method: 'rigle' }, 'method', /must be one of dense, static, snip, grasp/],
    [{ updateEvery: 1.5 }, 'updateEvery', /whole number/],
    [{ epochs: 0 }, 'epochs', /at least 1/],
    [{ learningrate: 1 }, 'learningrate', /not a key.*learningRate/],
    [{ activations: 'f16' }, 'activations', /exists for the engine webgpu, not for auto/],
    [[], '', /must be an object/],
    [null, '', /must be an object/],
  ])('%j is refused at the field', (input, field, message) => {
    const issue = issuesOf(input).find((candidate) => candidate.field === field);
    expect(issue?.message).toMatch(message);
  });
});

describe('keys that a method brings along', () => {
  const warm = defineMethod({
    name: 'warm',
    title: 'Warm',
    source: 'a test',
    uses: ['sparsity'],
    rewiring: null,
    keys: {
      temperature: {
        kind: 'number',
        label: 'Temperature',
        help: 'Of the draw.',
        least: 0,
        most: 9,
        default: 2,
        unit: 'K',
      },
      rounds: { kind: 'integer', label: 'Rounds', help: 'Of cooling.', least: 1, most: 5, default: 3 },
      order: { kind: 'choice', label: 'Order', help: 'Of layers.', choices: ['first', 'last'], default: 'last' },
      isCold: { kind: 'switch', label: 'Cold', help: 'From the start.', default: false },
    },
  });
  const methods = catalogueOf([...builtInMethods.values(), warm]);
  const check = (input: Record<string, unknown>) => {
    const found = resolve(input, methods);
    return found.ok ? found.configuration : found.issues;
  };

  it('have its defaults, or what was given', () => {
    const plain = { temperature: 2, rounds: 3, order: 'last', isCold: false };
    expect(check({ method: 'warm' })).toMatchObject(plain);
    const given = { temperature: 0.5, rounds: 5, order: 'first', isCold: true };
    expect(check({ method: 'warm', ...given })).toMatchObject(given);
  });

  it.each([
    ['temperature', 10, 'must be at most 9 K, not 10'],
    ['temperature', 'hot', 'must be a number, not "hot"'],
    ['rounds', 1.5, 'must be a whole number, not 1.5'],
    ['order', 'middle', 'must be one of first, last, not "middle"'],
    ['isCold', 0, 'must be true or false, not 0'],
  ])('refuse %s %j, whatever the method of the configuration', (field, value, message) => {
    for (const method of ['warm', 'rigl']) {
      expect(check({ method, [field]: value })).toContainEqual({ field, message });
    }
  });

  it('are left out of another method’s configuration, which a study may have beside it', () => {
    expect(check({ method: 'rigl', temperature: 3 })).not.toHaveProperty('temperature');
    expect(check({ method: 'warm', salientShare: 0.5 })).not.toHaveProperty('salientShare');
  });

  it('are named where a key is misspelt, and unknown where no method has them', () => {
    const message = 'is not a key of a configuration; did you mean temperature?';
    expect(check({ method: 'rigl', temperatur: 3 })).toEqual([{ field: 'temperatur', message }]);
    expect(resolveConfiguration({ temperature: 3 })).toMatchObject({ ok: false });
  });

  it('follow the last field of the topology in a form', () => {
    const keys = fieldsOf(methods).map(({ key }) => key);
    expect(keys.slice(keys.indexOf('fidelity'), keys.indexOf('epochs'))).toEqual([
      ...['fidelity', 'gradientWeight', 'explorationShare', 'salientShare', 'groupSize', 'blockSize'],
      ...['temperature', 'rounds', 'order', 'isCold'],
    ]);
    expect(fieldsOf(methods).find(({ key }) => key === 'order')).toMatchObject({
      ...{ control: 'choice', choices: ['first', 'last'], group: 'topology', label: 'Order' },
    });
  });
});

describe('the form’s fields', () => {
  it('are the schema’s, each with label, help and control', () => {
    const fields = describeFields();
    expect(fields.map(({ key }) => key).filter(isShared)).toEqual(CONFIGURATION_KEYS);
    const own = new Set([...builtInMethods.values()].flatMap(({ keys }) => Object.keys(keys)));
    expect(fields.map(({ key }) => key).filter((key) => !isShared(key))).toEqual([...own]);
    for (const field of fields) {
      expect(field.label).not.toBe('');
      expect(field.help).toMatch(/\.$/);
    }
    expect(fields.find((field) => field.key === 'sparsity')).toMatchObject({
      control: 'number',
      least: 0,
      most: 0.999999,
    });
    expect(fields.find((field) => field.key === 'epochs')).toMatchObject({ control: 'integer', least: 1 });
    expect(fields.find((field) => field.key === 'nesterov')).toMatchObject({ control: 'switch' });
    expect(fields.find((field) => field.key === 'method')).toMatchObject({ control: 'choice', choices: METHOD_NAMES });
  });
});
