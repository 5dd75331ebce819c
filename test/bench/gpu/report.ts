import { table } from '../printing.ts';
import type { GpuBenchResult } from './bench.ts';
import type { Row } from './measure-case.ts';
import type { PeerMode } from './peer.ts';

const tera = (perSecond: number) => `${(perSecond / 1e12).toPrecision(3)} TFLOP/s`;
const giga = (perSecond: number) => `${(perSecond / 1e9).toPrecision(3)} GB/s`;
const share = (part: number, whole: number) => `${Math.round((100 * part) / whole)} %`;
const times = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(2));

/** The whole result as text: what was measured on, ceilings, one table, goals beside what was reached. */
export function reportGpuBench(result: GpuBenchResult): string {
  const { adapter, isSoftware, machine, peer, peerMissing, copy, gemm, cases, rounds, secondsPerTurn } = result;
  const lines = [
    `Adapter  ${adapter}${isSoftware ? ' - SOFTWARE, not a graphics card: a test of the benchmark, not a measurement' : ''}`,
    `Machine  ${machine}`,
    `Peer     ${peer ?? peerMissing}`,
    `Copy     ${giga(copy.bytesPerSecond)} read and written; ${giga(copy.cachedBytesPerSecond)} where all stays in the cache`,
    `GEMM     ${tera(gemm.flopsPerSecond)}: plain kernel ${tera(gemm.plainFlopsPerSecond)} (side ${gemm.side}), ` +
      `this engine's ${tera(gemm.engineFlopsPerSecond)}`,
    `Turns    ${rounds} of ${secondsPerTurn} s on each side, in turns; medians`,
    ...cases.map(({ case: name, title, batch }) => `${name.padEnd(8)} ${title}, batch ${batch}`),
    '',
    rowTable(result),
    '',
    'Forward, backward and update. FLOP/s count active weights; GB/s count every operand once, so they are a floor.',
    'PyTorch has its batch on the card already; this engine sends its own at every step.',
  ];
  return [...lines, ...(isSoftware ? [] : ['', ...goals(result)])].join('\n');
}

function rowTable({ adapter, isSoftware, rows, copy, gemm }: GpuBenchResult): string {
  const named = isSoftware ? `${adapter} (software)` : adapter;
  const head = ['case', 'sparsity', 'ms/step', 'TFLOP/s', 'of GEMM', 'GB/s', 'of copy', 'x own dense'];
  const peers = ['fp32 ms', 'tf32 ms', 'masked ms', 'x fp32', 'x tf32', 'x masked'];
  const withPeer = rows.some((row) => Object.keys(row.peer).length > 0);
  const cells = rows.map((row) => {
    const dense = denseOf(rows, row);
    const [fp32, tf32] = (['fp32', 'tf32'] as const).map((mode) => dense?.peer[mode]);
    const ms = row.millisecondsPerStep;
    const ratio = (theirs: number | undefined) => times(theirs && theirs / ms);
    return [
      row.case,
      String(row.sparsity),
      ms.toPrecision(4),
      (row.flopsPerSecond / 1e12).toPrecision(3),
      share(row.flopsPerSecond, gemm.flopsPerSecond),
      (row.bytesPerSecond / 1e9).toPrecision(3),
      share(row.bytesPerSecond, copy.bytesPerSecond),
      times(dense && dense.millisecondsPerStep / ms),
      ...(withPeer
        ? [times(fp32), times(tf32), times(row.peer.masked), ratio(fp32), ratio(tf32), ratio(row.peer.masked)]
        : []),
    ];
  });
  return `${named}\n${table(withPeer ? [...head, ...peers] : head, cells)}`;
}

const denseOf = (rows: Row[], { case: name }: Row) => rows.find((row) => row.case === name && row.sparsity === 0);

/** The goals of an H100-class card, each with what this card reached. */
function goals({ rows, cases }: GpuBenchResult): string[] {
  const lines = ['Goals on an H100-class card, and what was reached here:'];
  for (const { case: name } of cases) {
    const at = (sparsity: number) => rows.find((row) => row.case === name && row.sparsity === sparsity);
    const faster = (sparsity: number) => {
      const [dense, sparse] = [at(0), at(sparsity)];
      return times(dense && sparse && dense.millisecondsPerStep / sparse.millisecondsPerStep);
    };
    const against = (sparsity: number, mode: PeerMode) => {
      const row = at(sparsity);
      const theirs = row?.peer[mode];
      return times(row && theirs && theirs / row.millisecondsPerStep);
    };
    lines.push(
      `${name.padEnd(8)} 0.95 against own dense ${faster(0.95)} (goal 3), 0.98 ${faster(0.98)} (goal 6); ` +
        `dense against PyTorch fp32 ${against(0, 'fp32')} (goal 0.5), 0.98 against masked ${against(0.98, 'masked')} (goal 1)`,
    );
  }
  return lines;
}
