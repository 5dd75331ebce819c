import type { LabApi } from '../../contract/index.ts';
import { studyCharts } from './charts/index.ts';
import { studyPresets } from './presets/index.ts';
import type { Studies } from './studies.ts';
import { formatStudy } from './study-formats.ts';

/** The methods of the lab that are about studies. */
export type StudyMethods = Pick<
  LabApi,
  | 'listStudies'
  | 'listStudyPresets'
  | 'launchStudy'
  | 'resumeStudy'
  | 'getStudyResults'
  | 'exportStudy'
  | 'exportStudyChart'
>;

interface StudyMethodParts {
  studies: Studies;
  /** @throws StoreError `read-only` where the data folder was opened for reading */
  requireWrite(): void;
}

export function createStudyMethods({ studies, requireWrite }: StudyMethodParts): StudyMethods {
  return {
    listStudies: async () => studies.list(),
    listStudyPresets: () => Promise.resolve([...studyPresets]),
    async launchStudy(definition) {
      requireWrite();
      return studies.launch(definition);
    },
    async resumeStudy(id) {
      requireWrite();
      return studies.resume(id);
    },
    getStudyResults: async (id) => studies.results(id),
    exportStudy: async (id, format) => formatStudy(studies.results(id), format),
    exportStudyChart: async (id, chart, format) => studyCharts[chart](studies.results(id), format),
  };
}
