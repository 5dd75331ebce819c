import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Debian's own interpreter: its packages are not seen by any other. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'torch-peer.py');
const PACKAGES = 'python3-torch libopenblas0-openmp';

export type PeerMode = 'dense' | 'masked';

export interface PeerTiming {
  case: string;
  mode: PeerMode;
  threads: number;
  batch: number;
  ms: number;
}

/** One short round of the peer; or why there is none, for the reader. */
export function runPeer(name: string, threads: number, seconds: number): PeerTiming[] | { missing: string } {
  const { status, stdout, stderr, error } = spawnSync(
    PYTHON,
    [SCRIPT, '--threads', String(threads), '--seconds', String(seconds), name],
    { encoding: 'utf8' },
  );
  if (status === 0)
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PeerTiming);
  const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit code ${status}`;
  return {
    missing:
      `The peer does not run (${why}).\n` +
      `It needs, on Debian: apt-get install -y --no-install-recommends ${PACKAGES}\n` +
      'Where these are installed, the machine is too busy: the peer then takes OpenBLAS for reference BLAS.',
  };
}
