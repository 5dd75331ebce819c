import type { MethodDescription } from './methods.ts';

/** A person's own method as its file has it; stored with every run of it. */
export interface MethodSource {
  /** The file's name, without its folder. */
  file: string;
  code: string;
  /** Of `code`, as hexadecimal digits. */
  sha256: string;
}

/** The method of a run where it is a person's own: its file as the run trains by it, and what it says of itself. */
export interface OwnMethod {
  source: MethodSource;
  description: MethodDescription;
}

/**
 * What became of a file among a person's own methods. new, changed: not loaded before the person says so. broken: it
 * cannot be a method; `message` says why, with the line.
 */
export interface MethodFileReport {
  file: string;
  state: 'loaded' | 'new' | 'changed' | 'broken';
  sha256: string;
  /** Both 0 where it could not be read. */
  bytes: number;
  lines: number;
  /** Of the method, where it is loaded. */
  name: string | null;
  message: string | null;
}

/** A person's own methods: where their files belong, and what became of each. */
export interface MethodFiles {
  folder: string;
  files: MethodFileReport[];
}

/** The method of a run where it is a person's own, beside its file as it is now. */
export interface RunMethod {
  /** As the run trains by it. */
  source: MethodSource;
  /** Whether this content may be loaded here. */
  isAllowed: boolean;
  /** Where the file has other content now. */
  change: MethodChange | null;
}

export interface MethodChange {
  now: MethodSource;
  /** The first line that differs, in one line. */
  difference: string;
  /** Whether the content as it is now may be loaded here. */
  isAllowed: boolean;
}
