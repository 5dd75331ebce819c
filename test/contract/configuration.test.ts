import { describe, expect, it } from 'vitest';
import {
  CONFIGURATION_KEYS,
  describeFields,
  METHOD_NAMES,
  requireConfiguration,
  resolveConfiguration,
} from '../../src-main/contract/index.ts';

const issuesOf = (input: unknown) => {
  const check = resolveConfiguration(input);
  return check.ok ? [] : check.issues;
};

describe('a configuration', () => {
  it.each(METHOD_NAMES)('is complete with nothing but the method %s', (method) => {
    expect(Object.keys(requireConfiguration({ method })).sort()).toEqual([...CONFIGURATION_KEYS].sort());
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

describe('the form’s fields', () => {
  it('are the schema’s, each with label, help and control', () => {
    const fields = describeFields();
    expect(fields.map((field) => field.key)).toEqual(CONFIGURATION_KEYS);
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
