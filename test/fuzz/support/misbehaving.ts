import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expectThat, type Entrance } from '../harness/entrance.ts';

class Refusal extends Error {
  override readonly name = 'Refusal';
}

const refuse = (message: string) => (): never => {
  throw new Refusal(message);
};

/** What a product must not do, and one thing it may: each shows by the rule that it breaks. */
export const DEEDS: Readonly<Record<string, (folder: string) => unknown>> = {
  accepts: () => undefined,
  refuses: refuse('the file is cut short'),
  aborts: () => process.abort(),
  hangs: () => {
    for (;;) Math.random();
  },
  'asks for memory': () => new Uint8Array(2 ** 30).length,
  'takes memory': () => new Uint8Array(300 * 2 ** 20).fill(1).length,
  'reads outside': () => readFileSync('/etc/hostname'),
  'writes beside': (folder) => writeFileSync(join(folder, '..', 'canary.json'), 'changed'),
  'throws a TypeError': () => (null as unknown as string).length,
  'speaks of undefined': refuse('the file holds undefined'),
  'names no cause': refuse('something is wrong'),
  'says too much': refuse(`the file ${'x'.repeat(3000)}`),
  'acts on the terminal': refuse('the file \u001b[31m'),
  'makes no sense': () => expectThat(false, 'has -1 images'),
  'forgets a promise': async () => {
    void Promise.reject(new Error('forgotten'));
    await new Promise((resolve) => setImmediate(resolve));
  },
};

const names = Object.keys(DEEDS);

/** Good in most cases, and every deed now and then. */
export const misbehaving: Entrance<string> = {
  name: 'misbehaving',
  what: 'breaks every rule',
  refusals: ['Refusal'],
  open: ({ folder }) => ({
    cases: fc.oneof(
      { weight: 10, arbitrary: fc.constantFrom('accepts', 'refuses') },
      { weight: 1, arbitrary: fc.constantFrom(...names) },
    ),
    causes: () => ['the file'],
    run: async (name) => {
      await DEEDS[name](folder);
    },
  }),
};

/** The same, one deed alone. */
const alone = names.map((name): Entrance<string> => ({
  ...misbehaving,
  name,
  open: ({ folder }) => ({
    cases: fc.constant(name),
    causes: () => ['the file'],
    run: async () => {
      await DEEDS[name](folder);
    },
  }),
}));

/** Not a case's fault: it never gets ready. */
export const unready: Entrance<string> = {
  ...misbehaving,
  name: 'unready',
  open: () => new Promise(() => undefined),
};

export const entrances = [misbehaving, unready, ...alone] as Entrance[];
