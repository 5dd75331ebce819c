import { describeChoice, sparsityNow, visibleBlock, visibleText, type RunDetail } from '../../contract/index.ts';
import { toSummary } from '../../lab/runs/run-book.ts';
import { EXIT, type Command } from '../command.ts';
import { date, duration, fraction, percent, sparsity } from '../formats.ts';
import { printJson } from '../output.ts';
import { findRun } from '../values.ts';

export const show: Command = {
  name: 'show',
  usage: 'ID',
  summary: 'shows one run: its result, plan, configuration and log',
  optionHelp: [['--json', 'prints summary, plan, configuration, metrics and log as one document']],
  options: {},
  positionals: { least: 1, most: 1 },
  access: 'read',

  async run({ lab, positionals: [given], json, print }) {
    const { id } = await findRun(lab, given);
    const [detail, metrics, log] = await Promise.all([lab.getRun(id), lab.listMetrics(id), lab.readLog(id)]);
    if (json) {
      const { item, configuration, plan, checkpointEpoch, engineTitle, engineChoice } = detail;
      const { createdAt, startedAt, endedAt, failure, study } = item;
      const facts = { createdAt, startedAt, endedAt, failure, study, engineTitle, engineChoice };
      printJson(print, { ...toSummary(item), ...facts, checkpointEpoch, configuration, plan, metrics, log });
      return EXIT.done;
    }
    print(describe(detail));
    for (const { at, level, text } of log) print(`${date(at)}  ${level}: ${visibleBlock(text)}`);
    return EXIT.done;
  },
};

function describe({ item, plan, configuration, checkpointEpoch, engineTitle, engineChoice }: RunDetail): string {
  const rows: [string, string][] = [
    ['State', item.failure ? `${item.status}: ${item.failure}` : item.status],
    ...item.warnings.map(({ text }): [string, string] => ['Warning', text]),
    ['Test accuracy', percent(item.final?.testAccuracy)],
    ['Best validation', item.best ? `${percent(item.best.validationAccuracy)} in epoch ${item.best.epoch}` : '–'],
    [
      'R_s',
      `${fraction(item.rs)} (expected of random growth ${fraction(plan.expectedRs)}, at most ${fraction(plan.maxRs)})`,
    ],
    ['Mask updates', `${item.updates} of ${plan.updates}`],
    ['Steps', `${item.steps} of ${plan.totalSteps}, ${duration(item.seconds)}`],
    [
      'Active weights',
      `${item.activeWeights} of ${item.prunableWeights}, a sparsity of ${sparsity(sparsityNow(item))}`,
    ],
    [
      'Train FLOPs',
      `${item.flops.trainRatio.toFixed(3)}× of dense (theoretical, ${item.flops.realised ? 'as trained' : 'as planned'})`,
    ],
    ['Engine', `${item.engine}, ${item.threads} threads${engineTitle ? `: ${engineTitle}` : ''}`],
    ...(engineChoice ? [['Chosen', describeChoice(engineChoice)] satisfies [string, string]] : []),
    ['Weights', item.weightsHash ?? '–'],
    ['Checkpoint', checkpointEpoch === null ? '–' : `epoch ${checkpointEpoch}`],
    ['Created', date(item.createdAt)],
    ['Ended', date(item.endedAt)],
  ];
  const settings = Object.entries(configuration).map(([key, value]): [string, string] => [key, String(value)]);
  return [`${visibleText(item.name)} (${item.id})`, '', aligned(rows), '', aligned(settings), ''].join('\n');
}

function aligned(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${visibleText(value)}`).join('\n');
}
