import type { StudyChart, StudyChartFormat, StudyResults } from '../../../contract/index.ts';
import { formatRsAccuracy } from './rs-accuracy.ts';

/** Every chart of a study as a file. @throws RangeError where nothing has finished that could be drawn */
export const studyCharts: Record<StudyChart, (results: StudyResults, format: StudyChartFormat) => string> = {
  'rs-accuracy': formatRsAccuracy,
};
