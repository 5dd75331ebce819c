import { join } from 'node:path';
import fc from 'fast-check';
import type { CommandContext } from '../../../src-main/cli/command.ts';
import { chosenStudies } from '../../../src-main/cli/study-definitions.ts';
import { MAX_STUDY_RUNS, sameStudy } from '../../../src-main/contract/index.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { fieldValue, shortConfigurations } from '../mutation/configurations.ts';
import { mutatedJson } from '../mutation/json.ts';
import { describeFields, requireStudy, resolveConfiguration, studyPoints } from '../../support/methods.ts';
import { builtInMethods } from '../../../src-main/topology/methods/index.ts';

const gridFields = describeFields().filter(({ key }) => key !== 'seed' && key !== 'name');

const grids = fc
  .uniqueArray(fc.constantFrom(...gridFields), { maxLength: 2, selector: ({ key }) => key })
  .chain((chosen) =>
    fc.record(
      Object.fromEntries(
        chosen.map((field) => [field.key, fc.uniqueArray(fieldValue(field), { minLength: 1, maxLength: 4 })]),
      ),
    ),
  );

const documents = fc.record(
  {
    name: fc.string({ minLength: 1, maxLength: 20 }),
    base: shortConfigurations,
    grid: grids,
    variants: fc.array(
      fc
        .tuple(fc.string({ minLength: 1, maxLength: 8 }), shortConfigurations)
        .map(([label, rest]) => ({ label, ...rest })),
      { maxLength: 3 },
    ),
    seeds: fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: ['name', 'seeds'] },
);

/** The file of a study, up to the runs it asks for. */
export const study: Entrance<string> = {
  name: 'study',
  what: 'files of studies (study FILE), up to the runs that they ask for',
  refusals: ['UsageError', 'InvalidConfigurationError'],
  longestMessage: 10_000,
  open: ({ folder, fill }) => ({
    cases: mutatedJson(documents),
    causes: () => ['FILE', 'study', 'name', 'base', 'grid', 'variants', 'seeds', 'label', 'not part of a study'],
    run(text) {
      fill({ 'study.json': text });
      const file = join(folder, 'study.json');
      const lab = { methods: () => builtInMethods };
      const context = { lab, values: {}, positionals: [file], say: () => undefined } as unknown as CommandContext;
      const [definition] = chosenStudies(context);
      const points = studyPoints(definition);
      expectThat(points.length > 0 && points.length <= MAX_STUDY_RUNS, `asks for ${points.length} runs`);
      for (const { configuration, label } of points) {
        expectThat(resolveConfiguration(configuration).ok, 'asks for a run that is no configuration');
        expectThat(definition.seeds.includes(configuration.seed as number), 'has a run of a seed it does not name');
        expectThat(
          label === null || definition.variants.some((one) => one.label === label),
          'has a label of no variant',
        );
      }
      const again = requireStudy(JSON.parse(JSON.stringify(definition)));
      expectThat(sameStudy(definition, again), 'is another study once it is read again');
    },
  }),
};
