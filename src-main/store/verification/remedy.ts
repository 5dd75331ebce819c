import type { RunPart } from '../checksum-parts.ts';
import { FINAL, type RunStatus } from '../../contract/index.ts';
import type { RunVerification } from './findings.ts';

const NAMES: Record<RunPart, string> = {
  run: 'its settings and results',
  series: 'its series',
  masks: 'its masks',
  records: 'the records of its mask updates',
  log: 'its log',
  checkpoints: 'its checkpoints',
};

/** What of a damaged run can be used, and what to do. @param checkpoints steps of those that can be resumed from */
export function remedyFor(
  damaged: ReadonlySet<RunPart>,
  sound: readonly RunPart[],
  status: RunStatus | null,
  checkpoints: readonly number[],
): NonNullable<RunVerification['remedy']> {
  const names = sound.map((part) => NAMES[part]);
  const usable = names.length === 0 ? 'nothing' : names.join(', ');
  const mayResume = status !== null && !FINAL.has(status);
  const again =
    'Take the data folder from a backup, or train the run again: the same configuration on the same engine gives the same numbers.';
  const onlyCheckpoints = damaged.size === 1 && damaged.has('checkpoints');
  if (onlyCheckpoints && !mayResume)
    return { usable, advice: 'The run is over and needs no checkpoint: nothing has to be done.' };
  if (!mayResume) return { usable, advice: again };
  if (checkpoints.length === 0) return { usable, advice: `It cannot be resumed. ${again}` };
  const step = Math.max(...checkpoints);
  const resumed = `\`resume ID\` goes on from step ${step} and makes anew what follows it.`;
  return {
    usable,
    advice: onlyCheckpoints ? resumed : `${resumed} What is damaged before that step stays so. ${again}`,
  };
}
