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
  /** Of the method, where it is loaded. */
  name: string | null;
  message: string | null;
}
