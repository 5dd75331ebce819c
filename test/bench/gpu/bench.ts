import { openDawnDevice } from '../../../src-main/engine/webgpu/dawn.node.ts';
import { machine, say } from '../printing.ts';
import { caseShape } from './cases.ts';
import { type CopyCeiling, measureCopy } from './copy-ceiling.ts';
import { type GemmCeiling, measureGemm } from './gemm-ceiling.ts';
import { measureCase, type Row } from './measure-case.ts';
import type { GpuBenchOptions } from './options.ts';
import { openPeer, type PeerLocation } from './peer.ts';

export interface GpuBenchResult {
  machine: string;
  adapter: string;
  /** Then no number says anything about a graphics card. */
  isSoftware: boolean;
  /** PyTorch's versions and card; null where it is not there. */
  peer: string | null;
  /** Why there is no peer; null where there is. */
  peerMissing: string | null;
  rounds: number;
  secondsPerTurn: number;
  copy: CopyCeiling;
  gemm: GemmCeiling;
  cases: { case: string; title: string; batch: number }[];
  rows: Row[];
}

/** What the person can do something about. */
export class GpuBenchRefusal extends Error {
  override readonly name = 'GpuBenchRefusal';
}

/**
 * Measures the WebGPU engine on the machine's adapter, ceilings first, then case by case in turns with the peer.
 * @throws EngineError where there is no adapter; GpuBenchRefusal where there is only a software one that was not asked for
 */
export async function runGpuBench(options: GpuBenchOptions, peerScript: string): Promise<GpuBenchResult> {
  const { cases, rounds, seconds, software } = options;
  const { device, description } = await openDawnDevice();
  const { title: adapter, isSoftware } = description;
  if (isSoftware && !software)
    throw new GpuBenchRefusal(
      `The only adapter here is ${adapter}, which computes on the processor: its numbers would say nothing about a ` +
        'graphics card. --software runs small shapes on it all the same, to test the benchmark.',
    );
  if (!isSoftware && software)
    throw new GpuBenchRefusal(`--software: the adapter here is ${adapter}, a graphics card. Leave --software out.`);
  say(`${adapter}${isSoftware ? ' (software: no graphics card)' : ''}`);
  const faults: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => faults.push(error.message));

  say('the copy and GEMM ceilings');
  const copy = await measureCopy(device, isSoftware, seconds);
  const gemm = await measureGemm(device, isSoftware, seconds);
  if (faults.length > 0) throw new Error(`The device refused the ceilings: ${faults[0]}`);

  const location: PeerLocation = { pythons: options.pythons, script: peerScript, device: 'cuda' };
  const peer = isSoftware ? { missing: 'A software adapter is compared with nothing.' } : await openPeer(location);
  if ('missing' in peer) say(peer.missing);
  const rows: Row[] = [];
  try {
    for (const name of cases)
      rows.push(...(await measureCase(name, device, 'missing' in peer ? null : peer, isSoftware, options)));
  } finally {
    if (!('missing' in peer)) peer.close();
  }
  if (faults.length > 0) throw new Error(`The device reported an error while it measured: ${faults[0]}`);
  device.destroy();
  return {
    machine: machine(),
    adapter,
    isSoftware,
    peer: 'missing' in peer ? null : peer.title,
    peerMissing: 'missing' in peer ? peer.missing : null,
    rounds,
    secondsPerTurn: seconds,
    copy,
    gemm,
    cases: cases.map((name) => {
      const { title, batch } = caseShape(name, isSoftware);
      return { case: name, title, batch };
    }),
    rows,
  };
}
