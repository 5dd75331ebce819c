import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  STUDY_CHARTS,
  STUDY_CHART_FORMATS,
  type StudyChart,
  type StudyChartFormat,
  shortened,
} from '../contract/index.ts';
import { UsageError, type CommandContext, type OptionValues } from './command.ts';
import { textOf, textsOf } from './values.ts';

/** A chart of a study's results, and the files it is written to. */
export interface Drawing {
  chart: StudyChart;
  files: { file: string; format: StudyChartFormat }[];
}

export const DRAWING_HELP = [
  ['--chart NAME', `draws a chart of the results: ${STUDY_CHARTS.join(', ')}; needs --out`],
  ['--out FILE', 'where the chart goes: FILE.svg is the picture, FILE.csv its numbers; may be repeated'],
] as const;

/** What `--chart` and `--out` ask for; null where they ask for nothing. @throws UsageError */
export function chosenDrawing(values: OptionValues): Drawing | null {
  const wanted = textOf(values, 'chart');
  const outs = textsOf(values, 'out');
  if (wanted === undefined) {
    if (outs.length > 0) throw new UsageError(`--out: say with --chart what ${shortened(outs[0])} shall hold`);
    return null;
  }
  const chart = STUDY_CHARTS.find((known) => known === wanted);
  if (!chart) throw new UsageError(`--chart: must be one of ${STUDY_CHARTS.join(', ')}, not ${shortened(wanted)}`);
  if (outs.length === 0) throw new UsageError(`--out: name the file for the chart, such as ${wanted}.svg`);
  const files = outs.map((file) => {
    const format = STUDY_CHART_FORMATS.find((known) => `.${known}` === extname(file).toLowerCase());
    if (!format) throw new UsageError(`--out: ${shortened(file)} must end in .svg (the picture) or .csv (its numbers)`);
    return { file, format };
  });
  return { chart, files };
}

/** Writes the files. @throws UsageError where one cannot be written */
export async function drawStudy({ lab, say }: CommandContext, id: string, { chart, files }: Drawing): Promise<void> {
  for (const { file, format } of files) {
    const text = await lab.exportStudyChart(id, chart, format);
    try {
      writeFileSync(file, text);
    } catch (error) {
      throw new UsageError(`--out: ${file} cannot be written: ${(error as Error).message}`);
    }
    say(`Wrote ${file}.`);
  }
}
