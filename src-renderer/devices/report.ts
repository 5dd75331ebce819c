import type { Diagnostics, EngineAvailability } from '../../src-main/contract/index.ts';
import { bytes, count } from '../ui/format.ts';

const SIMD: Record<Diagnostics['simd'], string> = {
  relaxed: 'relaxed SIMD (fused multiply-add)',
  plain: 'SIMD128',
  none: 'none: the CPU engine cannot run here',
};

/** Whether an engine is there; software that stands in for a device is called that. */
export const statusOf = ({ available, isSoftware }: EngineAvailability): string =>
  !available ? 'Not available' : isSoftware ? 'Software, for tests' : 'Available';

/** What is known of the machine, as label and value. */
export function machineRows(found: Diagnostics): [string, string][] {
  return [
    ['Espalier', found.version],
    ['Platform', found.platform],
    ['Cores', count(found.cores)],
    ['Memory', `${found.memoryGiB.toFixed(1)} GiB`],
    ['WebAssembly SIMD', SIMD[found.simd]],
    ['Data folder', found.dataFolder],
    ['Database', bytes(found.databaseBytes)],
    ['Log file', found.logFile ?? 'none'],
    ...Object.entries(found.versions).filter(([name]) => name !== 'espalier'),
  ];
}

/** The same as text, for an issue or a mail. */
export function reportOf(found: Diagnostics): string {
  const engines = found.engines.map((engine) => {
    const { id, title, detail, remedy, facts } = engine;
    return [
      `${title} (${id}): ${statusOf(engine).toLowerCase()}. ${detail}`,
      ...facts.map(([label, value]) => `${label}: ${value}.`),
      ...(remedy ? [remedy] : []),
    ].join(' ');
  });
  return [...machineRows(found).map(([label, value]) => `${label}: ${value}`), ...engines].join('\n') + '\n';
}
