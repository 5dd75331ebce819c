import { visibleText, type DatasetDescription, type Diagnostics } from '../../contract/index.ts';
import { EXIT, type Command } from '../command.ts';
import { bytes } from '../formats.ts';
import { printJson } from '../output.ts';

export const doctor: Command = {
  name: 'doctor',
  usage: '',
  summary: 'shows engines, threads, SIMD, datasets, versions and where data lies',
  optionHelp: [['--json', 'prints one document']],
  options: {},
  positionals: { least: 0, most: 0 },
  access: 'read',

  async run({ lab, json, print }) {
    const [found, datasets] = await Promise.all([lab.diagnostics(), lab.listDatasets()]);
    if (json) printJson(print, { ...found, datasets });
    else print(describe(found, datasets));
    return found.engines.some((engine) => engine.available) ? EXIT.done : EXIT.failure;
  },
};

function describe(found: Diagnostics, datasets: DatasetDescription[]): string {
  const { platform, cores, memoryGiB, simd, engines, dataFolder, databaseBytes, logFile, versions } = found;
  const lines = [
    `Machine      ${platform}, ${cores} threads, ${memoryGiB.toFixed(1)} GiB`,
    `SIMD         ${simd}`,
    ...engines.flatMap(({ id, title, available, detail, remedy, facts }) => [
      `Engine       ${id} (${title}): ${available ? 'available' : 'not available'}. ${detail}`,
      ...facts.map(([label, value]) => `             ${label}: ${value}`),
      ...(remedy ? [`             ${remedy}`] : []),
    ]),
    ...datasets.map(
      ({ id, title, state, hint }) => `Dataset      ${id} (${title}): ${state}${hint ? `. ${hint}` : ''}`,
    ),
    `Data folder  ${dataFolder} (database ${bytes(databaseBytes)})`,
    `Log          ${logFile ?? '–'}`,
    `Versions     ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
  ];
  return lines.map(visibleText).join('\n');
}
