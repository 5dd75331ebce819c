import type { Arbitrary } from 'fast-check';

/** The folder that the cases of one host may touch; it is the current directory of its process too. */
export interface Bench {
  folder: string;
  /** Makes the folder hold just these files, by their paths in it. */
  fill(files: Readonly<Record<string, Uint8Array | string>>): void;
}

/** An entrance that is ready for its cases. */
export interface OpenEntrance<Input> {
  /** Valid documents and what mutation makes of them. */
  cases: Arbitrary<Input>;
  /**
   * Gives the input to the product, and checks what it says it understood.
   * @throws the product's own refusal, or `Meaningless` where an accepted input makes no sense
   */
  run(input: Input): void | Promise<void>;
  /** What a refusal may name as its cause, such as a file or a key: one of these is in its message. */
  causes?(input: Input): readonly string[];
  /** Ends what keeps a process alive. */
  close?(): Promise<void>;
}

/** One way in, and what may be expected of it. */
export interface Entrance<Input = unknown> {
  /** As typed after `npm run fuzz --`. */
  name: string;
  /** One line for `npm run fuzz -- list`. */
  what: string;
  /** Names of the error classes by which the product refuses this input. */
  refusals: readonly string[];
  /** Cases of a full run: 100,000 unless given. */
  goal?: number;
  /** Whether a few of its cases are in `npm test`; they are unless it says otherwise. */
  isForEveryTest?: boolean;
  /** Characters that a refusal takes at most. */
  longestMessage?: number;
  /** Memory that a case may take; the cap of `limits.ts` unless given. */
  memoryMiB?: number;
  open(bench: Bench): OpenEntrance<Input> | Promise<OpenEntrance<Input>>;
}

/** An accepted input that makes no sense: a defect of the product. */
export class Meaningless extends Error {
  override readonly name = 'Meaningless';
}

/** @throws Meaningless */
export function expectThat(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Meaningless(what);
}
