import { expect, it } from 'vitest';
import { parseCommandLine } from '../../src-main/cli/parse-command-line.ts';

it('one letter after the other, a hundred thousand of them, is refused before Node looks at each', () => {
  const before = process.cpuUsage().user;
  expect(() => parseCommandLine(['list', `-${'x'.repeat(100_000)}`])).toThrow(/there is no such option/);
  expect(process.cpuUsage().user - before).toBeLessThan(1_000_000);
});

it('what stands after -- is no option', () => {
  expect(() => parseCommandLine(['show', '--', `-${'x'.repeat(200)}`])).not.toThrow();
  expect(parseCommandLine(['--data', 'x', 'list', '--json'])).toMatchObject({
    type: 'command',
    command: { name: 'list' },
    values: { data: 'x', json: true },
  });
  expect(parseCommandLine(['help', 'run'])).toEqual({ type: 'help', topic: 'run' });
});
