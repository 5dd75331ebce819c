import { describe, expect, it } from 'vitest';
import { type FieldDescription } from '../../../src-main/contract/index.ts';
import { requirePreset } from '../../../src-main/lab/runs/presets.ts';
import { METHOD_NAMES, describeFields, resolveConfiguration, isMeant } from '../../support/methods.ts';
import { runName } from '../../support/by-configuration.ts';

/** Values of a field that differ, two of them as little as they may. */
function valuesOf({ control, choices, least = 0, most = 1 }: FieldDescription): unknown[] {
  if (choices) return [...choices];
  if (control === 'switch') return [true, false];
  if (control === 'integer') return [least, Math.min(most, least + 1), Math.min(most, least + 12)];
  if (control === 'number')
    return [...new Set([0.9, 0.9001, 0.90001, 0.900001, most, least])].filter((v) => v >= least && v <= most);
  return [];
}

const OWN: Record<string, unknown[]> = {
  dataset: ['mnist', 'fashion-mnist'],
  network: ['mlp-256-128', 'mlp-256-64'],
};

describe('runs that differ in one key have names that differ', () => {
  const fields = describeFields().filter(({ key }) => key !== 'name');

  it.each(fields.map((field) => [field.key, field] as const))('%s', (key, field) => {
    const seen: string[] = [];
    for (const method of key === 'method' ? (['set'] as const) : METHOD_NAMES) {
      if (key !== 'seed' && !isMeant(key, method)) continue;
      const names = (OWN[key] ?? valuesOf(field)).flatMap((value) => {
        const input = { engine: key === 'activations' ? 'webgpu' : 'cpu', method, [key]: value };
        const check = resolveConfiguration(input);
        return check.ok ? [runName(check.configuration)] : [];
      });
      if (key !== 'fidelity' && !(method === 'dense' && key === 'sparsity')) expect(names.length).toBeGreaterThan(1);
      expect(new Set(names).size).toBe(names.length);
      seen.push(...names);
    }
    expect(seen.length).toBeGreaterThan(1);
  });
});

it('the demo, which a person sees first, has names that say only in what its runs differ', () => {
  const names = requirePreset('demo').configurations.map((input) => {
    const check = resolveConfiguration(input);
    return check.ok ? runName(check.configuration) : null;
  });
  expect(names).toEqual(['Dense', 'Static 95%', 'SET 95%', 'RigL 95%']);
});
