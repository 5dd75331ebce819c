import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { CaseShape } from './cases.ts';

/** PyTorch without TF32, with it, and without it with masks as the ITOP code has them. */
export const PEER_MODES = ['fp32', 'tf32', 'masked'] as const;
export type PeerMode = (typeof PEER_MODES)[number];

export interface Peer {
  /** For the reader: card and versions. */
  title: string;
  /** Milliseconds of a training step. @throws where PyTorch refuses the case, or has died */
  time(shape: CaseShape, mode: PeerMode, density: number, seconds: number): Promise<number>;
  close(): void;
}

export interface PeerLocation {
  /** Tried in order. */
  pythons: string[];
  script: string;
  /** `cpu` is for tests. */
  device: 'cuda' | 'cpu';
}

/** PyTorch in a process of its own, which keeps its network between turns; or why there is none, for the reader. */
export async function openPeer({ pythons, script, device }: PeerLocation): Promise<Peer | { missing: string }> {
  const reasons: string[] = [];
  for (const python of pythons) {
    const peer = await start(python, script, device);
    if (!('missing' in peer)) return peer;
    reasons.push(`${python}: ${peer.missing}`);
  }
  return { missing: `No PyTorch to compare with (${reasons.join('; ')}).` };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

async function start(python: string, script: string, device: string): Promise<Peer | { missing: string }> {
  const child: Child = spawn(python, [script, '--device', device], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  child.on('error', (error) => (complaint += error.message));
  // A process that is gone is met where its answer is missing.
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close').catch(() => undefined);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value) as unknown;
    await closed;
    throw new Error(complaint.trim().split('\n').at(-1) || `it ended with code ${child.exitCode}`);
  };
  try {
    const { device: card, torch, cuda } = (await read()) as { device: string; torch: string; cuda: string | null };
    return {
      title: `PyTorch ${torch}${cuda ? `, CUDA ${cuda}` : ''}, on ${card}`,
      async time({ network, batch }, mode, density, seconds) {
        child.stdin.write(`${JSON.stringify({ network, batch, mode, density, seconds })}\n`);
        const answer = (await read()) as { ms: number } | { failure: string };
        if ('failure' in answer) throw new Error(`PyTorch refuses ${network.name} (${mode}): ${answer.failure}`);
        return answer.ms;
      },
      close: () => child.stdin.end(),
    };
  } catch (error) {
    child.kill();
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}
