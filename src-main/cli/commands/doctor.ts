import { visibleText, type DatasetDescription, type Diagnostics } from '../../contract/index.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { bytes } from '../formats.ts';
import { printJson } from '../output.ts';
import { verifyData } from '../verification.ts';

export const doctor: Command = {
  name: 'doctor',
  usage: '[--verify [ID...]]',
  summary: 'shows engines, threads, SIMD, datasets, versions and where data is; --verify looks for damage',
  optionHelp: [
    ['--verify', 'compares all that is stored, or the runs named, with its checksums; exit code 1 where it is damaged'],
    ['--json', 'prints one document'],
  ],
  options: { verify: { type: 'boolean' } },
  positionals: { least: 0, most: 10_000 },
  access: 'read',
  skipsUnreadable: (values) => values.verify === true,

  async run(context) {
    const { lab, values, positionals, json, print } = context;
    if (values.verify === true) return verifyData(context);
    if (positionals.length > 0) throw new UsageError('doctor: runs are named with --verify');
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
