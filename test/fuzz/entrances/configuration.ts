import { join } from 'node:path';
import fc from 'fast-check';
import { readConfigurationFile } from '../../../src-main/cli/configurations.ts';
import {
  CONFIGURATION_KEYS,
  InvalidConfigurationError,
  type ConfigurationInput,
  type DatasetDescription,
} from '../../../src-main/contract/index.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { shortConfigurations, validConfigurations } from '../mutation/configurations.ts';
import { mutatedJson } from '../mutation/json.ts';
import { resolveConfiguration } from '../../support/methods.ts';
import { checkConfiguration } from '../../support/by-configuration.ts';

const dataset = (id: string, shape: [number, number, number], classes: number): DatasetDescription => ({
  ...{ id, title: id, state: 'ready', hint: null, source: '', licence: null, trainCount: 8000, testCount: 2000 },
  ...{ shape, classes: Array.from({ length: classes }, (_, label) => String(label)), origin: null, official: null },
});
const DATASETS = [dataset('digits', [20, 20, 1], 10), dataset('photos', [64, 64, 3], 1000)];

const documents = fc.oneof(
  { weight: 3, arbitrary: shortConfigurations },
  { weight: 1, arbitrary: validConfigurations },
  { weight: 1, arbitrary: fc.array(shortConfigurations, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ runs: fc.array(shortConfigurations, { maxLength: 3 }) }) },
);

/** Runs of a file that are planned: each is planned by itself, so a thousand say no more than a few. */
const MOST_PLANNED = 3;

/** A file of configurations, up to the plan of what would be trained. */
export const configuration: Entrance<string> = {
  name: 'configuration',
  what: 'files of configurations (run --config FILE), up to the plan of each run',
  refusals: ['UsageError', 'InvalidConfigurationError'],
  // A line for each of the keys.
  longestMessage: 10_000,
  open: ({ folder, fill }) => ({
    cases: mutatedJson(documents),
    causes: () => ['--config', ...CONFIGURATION_KEYS, 'key of a configuration', 'must be an object'],
    run(text) {
      fill({ 'runs.json': text });
      const inputs = readConfigurationFile(join(folder, 'runs.json')) as ConfigurationInput[];
      for (const input of inputs.slice(0, MOST_PLANNED)) planned(input);
    },
  }),
};

function planned(input: ConfigurationInput): void {
  const { issues, plan, configuration: resolved } = checkConfiguration({ dataset: 'digits', ...input }, DATASETS);
  if (issues.length > 0) throw new InvalidConfigurationError(issues);
  expectThat(plan !== null && resolved !== null, 'nothing is wrong, and yet there is no plan');
  expectThat(
    Object.keys(resolved).every((key) => (CONFIGURATION_KEYS as string[]).includes(key)),
    'has unknown keys',
  );
  const again = resolveConfiguration(JSON.parse(JSON.stringify(resolved)));
  expectThat(again.ok && JSON.stringify(again.configuration) === JSON.stringify(resolved), 'does not survive a file');
  const { layers, prunableWeights, activeWeights, totalSteps, expectedRs, maxRs } = plan;
  expectThat(
    layers.every(({ density }) => density >= 0 && density <= 1),
    'plans a density outside 0 to 1',
  );
  expectThat(
    activeWeights > 0 && activeWeights <= prunableWeights,
    `plans ${activeWeights} of ${prunableWeights} weights`,
  );
  const sum = layers.reduce((total, layer) => total + layer.activeWeights, 0);
  expectThat(sum === activeWeights, `plans ${sum} active weights in its layers, but ${activeWeights} in all`);
  expectThat(Number.isSafeInteger(totalSteps) && totalSteps > 0, `plans ${totalSteps} steps`);
  expectThat(expectedRs >= 0 && expectedRs <= maxRs + 1e-9 && maxRs <= 1 + 1e-9, `plans R_s ${expectedRs} of ${maxRs}`);
}
