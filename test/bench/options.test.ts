import { describe, expect, it } from 'vitest';
import { readBenchOptions } from './options.ts';

const read = (line: string) => readBenchOptions(line.split(' ').filter(Boolean));

describe('the options of the benchmarks', () => {
  it('are those of a step against PyTorch where nothing is said', () => {
    expect(read('')).toMatchObject({ name: 'peer', threads: 2, rounds: 5, json: false, help: false });
    expect(read('').only).toBeUndefined();
    expect(read('').sparsities).toBeUndefined();
  });

  it('choose a case, a sparsity and how often', () => {
    expect(read('peer --case conv --sparsity 0.95 --rounds 3 --threads 1 --json')).toMatchObject({
      only: 'conv',
      sparsities: [0.95],
      rounds: 3,
      threads: 1,
      json: true,
    });
    expect(read('streaming --gigabytes 0.5 --batch 8 --copies')).toMatchObject({
      gigabytes: 0.5,
      batchSize: 8,
      copies: true,
    });
  });

  it.each([
    ['everything', 'there is no benchmark everything; there are peer, kernels'],
    ['peer kernels', 'one benchmark at a time, not peer and kernels'],
    ['--case vgg', '--case: there is no vgg; there are mlp, conv'],
    ['--sparsity 1', '--sparsity: 1 is not in [0, 1)'],
    ['--sparsity= peer', '--sparsity:  is not in [0, 1)'],
    ['--rounds 0', '--rounds: 0 is not a whole number from 1'],
    ['--threads two', '--threads: two is not a whole number from 1'],
    ['streaming --gigabytes -1', "Option '--gigabytes' argument is ambiguous"],
    ['streaming --gigabytes=-1', '--gigabytes: -1 is not above 0'],
    ['million --distribution uni', '--distribution: there is no uni; there are'],
    ['growth --sparsity 0.9', '--sparsity means nothing to growth'],
    ['codec --threads 2', '--threads means nothing to codec'],
    ['--fast', "Unknown option '--fast'"],
  ])('refuse "%s"', (line, complaint) => {
    expect(() => read(line)).toThrow(complaint);
  });
});
