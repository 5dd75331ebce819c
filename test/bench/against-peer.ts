import { openCpuEngine } from '../../src-main/engine/cpu/cpu-engine.ts';
import { type BenchCase, benchOpening, cases, randomBatch } from './networks.ts';
import { type PeerMode, runPeer } from './peer.ts';
import { loadKernels, machine, median, say, spawnThread, table, writeResult } from './support.ts';

const SPARSITIES = [0, 0.8, 0.9, 0.95, 0.98];
const STEP = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, dropoutSeed: 1 };
const WARM_UP_SECONDS = 0.4;
const OUR_SECONDS = 0.5;
const PEER_SECONDS = 1.5;

interface Row {
  case: BenchCase;
  sparsity: number;
  threads: number;
  ms: number;
  peerMode: PeerMode;
  /** null where the peer is not installed. */
  peerMs: number | null;
  ratio: number | null;
}

interface PeerOptions {
  json: boolean;
  rounds: number;
  threads: number;
  /** All cases where absent. */
  only?: BenchCase;
  /** Those of the published table where absent. */
  sparsities?: number[];
}

/**
 * One training step (forward, backward, update) of ours and of the peer's, in short rounds that take turns, so that both
 * see the machine in the same moods. The median of all rounds counts.
 */
export async function benchAgainstPeer(options: PeerOptions): Promise<void> {
  const access = { ...(await loadKernels()), spawnThread };
  const names = (Object.keys(cases) as BenchCase[]).filter((name) => !options.only || name === options.only);
  const rows: Row[] = [];
  let peerMissing: string | null = null;
  for (const name of names) {
    const measured = await benchCase(name, options, access);
    rows.push(...measured.rows);
    peerMissing ??= measured.peerMissing;
  }
  const result = { machine: `${machine()}, ${access.simd} SIMD`, rows, peerMissing };
  const file = writeResult('peer', result);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  process.stdout.write(
    `${result.machine}\nforward, backward and update\n` +
      `${names.map((name) => cases[name].title).join('\n')}\n\n` +
      `${table(
        ['case', 'sparsity', 'threads', 'ms/step', 'PyTorch', 'ms/step', 'times as fast'],
        rows.map((row) => [
          row.case,
          String(row.sparsity),
          String(row.threads),
          row.ms.toFixed(2),
          row.peerMode,
          row.peerMs?.toFixed(2) ?? '-',
          row.ratio?.toFixed(2) ?? '-',
        ]),
      )}\n\n${peerMissing === null ? '' : `No comparison. ${peerMissing}\n\n`}written to ${file}\n`,
  );
}

type Access = Parameters<typeof openCpuEngine>[1];

async function benchCase(
  name: BenchCase,
  { rounds, threads, sparsities = SPARSITIES }: PeerOptions,
  access: Access,
): Promise<{ rows: Row[]; peerMissing: string | null }> {
  const peerRounds: Record<PeerMode, number[]> = { dense: [], masked: [] };
  const ourRounds = sparsities.map((): number[] => []);
  let peerMissing: string | null = null;
  for (let round = 0; round < rounds; round++) {
    say(`${name}, round ${round + 1} of ${rounds}`);
    for (const [index, sparsity] of sparsities.entries())
      ourRounds[index].push(await timeSteps(name, sparsity, threads, access));
    const peer = runPeer(name, threads, PEER_SECONDS);
    if (!('missing' in peer)) {
      peer.forEach(({ mode, ms }) => peerRounds[mode].push(ms));
    } else if (peerMissing === null) {
      peerMissing = peer.missing;
      say(peerMissing);
    }
  }
  const rows = sparsities.map((sparsity, index): Row => {
    const peerMode = sparsity === 0 ? 'dense' : 'masked';
    const ms = rounded(median(ourRounds[index]));
    const peerMs = peerRounds[peerMode].length > 0 ? rounded(median(peerRounds[peerMode])) : null;
    return { case: name, sparsity, threads, ms, peerMode, peerMs, ratio: peerMs && rounded(peerMs / ms) };
  });
  return { rows, peerMissing };
}

/** Median milliseconds of a step; the engine is gone before the peer's turn comes. */
async function timeSteps(name: BenchCase, sparsity: number, threads: number, access: Access): Promise<number> {
  const opening = benchOpening(name, sparsity, threads);
  const engine = await openCpuEngine(opening, access);
  const batch = randomBatch(opening);
  const milliseconds: number[] = [];
  const warmUntil = performance.now() + WARM_UP_SECONDS * 1000;
  while (performance.now() < warmUntil) await engine.trainStep(batch, STEP);
  const endsAt = performance.now() + OUR_SECONDS * 1000;
  while (performance.now() < endsAt || milliseconds.length < 7) {
    const startedAt = performance.now();
    await engine.trainStep(batch, STEP);
    milliseconds.push(performance.now() - startedAt);
  }
  await engine.close();
  return median(milliseconds);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
