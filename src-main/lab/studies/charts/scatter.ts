import { visibleText } from '../../../contract/index.ts';
import { decimalsOf, ticksOver } from './ticks.ts';

/** A scatter chart as data: what is drawn, not how. */
export interface ScatterChart {
  title: string;
  /** Under the title; wrapped by nobody, so one line. */
  subtitle: string;
  x: ScatterAxis;
  y: ScatterAxis;
  series: ScatterSeries[];
  /** What has no value on the x-axis: a horizontal line with the band of its deviation. */
  references: { label: string; y: number; deviation: number | null }[];
}

export interface ScatterAxis {
  title: string;
  /** Values are shown times this: 100 for percent. */
  scale: number;
}

export interface ScatterSeries {
  label: string;
  /** Numbers of the look; both go round where they are used up. */
  colour: number;
  shape: number;
  points: { x: number; y: number }[];
  mean: { x: number; y: number; xDeviation: number | null; yDeviation: number | null };
}

/** Okabe and Ito's colours on white, in the order of the window's tokens. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#b3a300', '#3c4145'];
const [INK, SOFT, GRID, GROUND] = ['#1b2023', '#565f65', '#e6e6e0', '#ffffff'];

/** Outlines around (0, 0), of one area. */
const SHAPES: readonly ((size: number) => string)[] = [
  (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  (r) => `M0 ${digits(-r * 1.3)}L${digits(r * 1.2)} ${digits(r * 0.85)}H${digits(-r * 1.2)}Z`,
  (r) => `M${digits(-r * 0.9)} ${digits(-r * 0.9)}h${digits(r * 1.8)}v${digits(r * 1.8)}h${digits(-r * 1.8)}Z`,
  (r) => `M0 ${digits(-r * 1.3)}L${digits(r * 1.3)} 0L0 ${digits(r * 1.3)}L${digits(-r * 1.3)} 0Z`,
];

const PLOT = { width: 520, height: 340 };
const MARGIN = { top: 62, left: 74, bottom: 54, gap: 22, right: 18 };
/** Mean width of a letter at the legend's size; there is no browser to ask. */
const LETTER = 6.5;
const LEGEND_ROW = 19;

/** The chart as a file of its own: no script, no style sheet, fonts by family only. @throws RangeError without a point */
export function drawScatter(chart: ScatterChart): string {
  const { series, references, x, y } = chart;
  const xs = series.flatMap(({ points, mean }) => [
    ...points.map((point) => point.x),
    ...ends(mean.x, mean.xDeviation),
  ]);
  const ys = [
    ...series.flatMap(({ points, mean }) => [...points.map((point) => point.y), ...ends(mean.y, mean.yDeviation)]),
    ...references.flatMap((line) => ends(line.y, line.deviation)),
  ];
  if (xs.length === 0 || ys.length === 0) throw new RangeError('A scatter chart needs at least one point.');
  const xTicks = ticksOver(Math.min(...xs), Math.max(...xs));
  const yTicks = ticksOver(Math.min(...ys), Math.max(...ys));
  const atX = scaleOf(xTicks, MARGIN.left, MARGIN.left + PLOT.width);
  const atY = scaleOf(yTicks, MARGIN.top + PLOT.height, MARGIN.top);

  const labels = [...series.map(({ label }) => label), ...references.map(({ label }) => label)];
  const legendLeft = MARGIN.left + PLOT.width + MARGIN.gap;
  const width = Math.ceil(legendLeft + 18 + LETTER * Math.max(...labels.map((label) => label.length)) + MARGIN.right);
  const legendHeight = MARGIN.top + labels.length * LEGEND_ROW + MARGIN.right;
  const height = Math.max(MARGIN.top + PLOT.height + MARGIN.bottom, legendHeight);

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="Inter, 'Segoe UI', system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="${INK}">`,
    `<title>${escapeXml(chart.title)}</title>`,
    `<desc>${escapeXml(`${chart.subtitle} ${x.title} against ${y.title}.`)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${GROUND}"/>`,
    `<text x="${MARGIN.left}" y="26" font-size="15" font-weight="600">${escapeXml(chart.title)}</text>`,
    `<text x="${MARGIN.left}" y="45" fill="${SOFT}">${escapeXml(chart.subtitle)}</text>`,
    drawAxes(chart, xTicks, yTicks, atX, atY),
    ...references.map((line) => drawReference(line, atY)),
    ...series.map((one) => drawPoints(one, atX, atY)),
    ...series.map((one) => drawMean(one, atX, atY)),
    drawLegend(chart, legendLeft),
    '</svg>',
    '',
  ].join('\n');
}

type Scale = (value: number) => number;

/** Maps the first tick to `from` and the last to `to`. */
const scaleOf =
  (ticks: readonly number[], from: number, to: number): Scale =>
  (value) =>
    from + ((value - ticks[0]) / (ticks[ticks.length - 1] - ticks[0])) * (to - from);

const ends = (middle: number, deviation: number | null): number[] => [
  middle - (deviation ?? 0),
  middle + (deviation ?? 0),
];

function drawAxes({ x, y }: ScatterChart, xTicks: number[], yTicks: number[], atX: Scale, atY: Scale): string {
  const [left, right, top] = [MARGIN.left, MARGIN.left + PLOT.width, MARGIN.top];
  const bottom = top + PLOT.height;
  const [xDecimals, yDecimals] = [decimalsOf(xTicks, x.scale), decimalsOf(yTicks, y.scale)];
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  return [
    `<g stroke="${GRID}" fill="none">`,
    `<path d="${xTicks.map((tick) => `M${digits(atX(tick))} ${top}V${bottom}`).join('')}"/>`,
    `<path d="${yTicks.map((tick) => `M${left} ${digits(atY(tick))}H${right}`).join('')}"/>`,
    '</g>',
    `<path d="M${left} ${top}V${bottom}H${right}" stroke="${SOFT}" fill="none"/>`,
    `<g fill="${SOFT}" text-anchor="middle">`,
    ...xTicks.map(
      (tick) => `<text x="${digits(atX(tick))}" y="${bottom + 18}">${(tick * x.scale).toFixed(xDecimals)}</text>`,
    ),
    '</g>',
    `<g fill="${SOFT}" text-anchor="end">`,
    ...yTicks.map(
      (tick) => `<text x="${left - 8}" y="${digits(atY(tick) + 4)}">${(tick * y.scale).toFixed(yDecimals)}</text>`,
    ),
    '</g>',
    `<text x="${middle.x}" y="${bottom + 40}" text-anchor="middle">${axisTitle(x.title)}</text>`,
    `<text transform="translate(20 ${middle.y}) rotate(-90)" text-anchor="middle">${axisTitle(y.title)}</text>`,
  ].join('\n');
}

function drawReference({ y, deviation }: ScatterChart['references'][number], atY: Scale): string {
  const right = MARGIN.left + PLOT.width;
  const around = deviation ?? 0;
  const [high, low] = [atY(y + around), atY(y - around)];
  const band =
    around > 0
      ? `<rect x="${MARGIN.left}" y="${digits(high)}" width="${PLOT.width}" height="${digits(low - high)}" fill="${SOFT}" opacity="0.12"/>`
      : '';
  return `${band}<path d="M${MARGIN.left} ${digits(atY(y))}H${right}" stroke="${SOFT}" stroke-width="1.5" stroke-dasharray="6 4"/>`;
}

const colourOf = ({ colour }: ScatterSeries): string => COLOURS[colour % COLOURS.length];
const outlineOf = ({ shape }: ScatterSeries, size: number): string => SHAPES[shape % SHAPES.length](size);

function drawPoints(series: ScatterSeries, atX: Scale, atY: Scale): string {
  const outline = outlineOf(series, 3.5);
  return [
    `<g fill="${colourOf(series)}" fill-opacity="0.4">`,
    ...series.points.map(
      ({ x, y }) => `<path transform="translate(${digits(atX(x))} ${digits(atY(y))})" d="${outline}"/>`,
    ),
    '</g>',
  ].join('\n');
}

/** The mean with a bar of one standard deviation to each side, in both directions. */
function drawMean(series: ScatterSeries, atX: Scale, atY: Scale): string {
  const { x, y, xDeviation, yDeviation } = series.mean;
  const [cx, cy] = [digits(atX(x)), digits(atY(y))];
  const bars = [
    yDeviation === null ? '' : `M${cx} ${digits(atY(y - yDeviation))}V${digits(atY(y + yDeviation))}`,
    xDeviation === null ? '' : `M${digits(atX(x - xDeviation))} ${cy}H${digits(atX(x + xDeviation))}`,
  ].join('');
  return [
    `<g stroke="${colourOf(series)}" fill="${colourOf(series)}">`,
    bars === '' ? '' : `<path d="${bars}" stroke-width="1.5"/>`,
    `<path transform="translate(${cx} ${cy})" d="${outlineOf(series, 5.5)}" stroke="${GROUND}" stroke-width="1"/>`,
    '</g>',
  ]
    .filter(Boolean)
    .join('\n');
}

function drawLegend({ series, references }: ScatterChart, left: number): string {
  const row = (at: number): number => MARGIN.top + 8 + at * LEGEND_ROW;
  const text = (label: string, at: number): string =>
    `<text x="${left + 18}" y="${row(at) + 4}">${escapeXml(label)}</text>`;
  return [
    ...series.map(
      (one, at) =>
        `<path transform="translate(${left + 6} ${row(at)})" d="${outlineOf(one, 5)}" fill="${colourOf(one)}"/>${text(one.label, at)}`,
    ),
    ...references.map(
      ({ label }, at) =>
        `<path d="M${left - 3} ${row(series.length + at)}h16" stroke="${SOFT}" stroke-width="1.5" stroke-dasharray="5 3"/>${text(label, series.length + at)}`,
    ),
  ].join('\n');
}

const digits = (value: number): string => String(Number(value.toFixed(2)));

const XML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text within XML, shown by `visibleText`: XML 1.0 cannot hold control characters. */
const escapeXml = (text: string): string => visibleText(text).replace(/[&<>"]/g, (sign) => XML[sign]);

/** R_s is set as the field sets it. */
const axisTitle = (title: string): string =>
  escapeXml(title).replace(/R_s(.*)$/, 'R<tspan dy="3" font-size="9">s</tspan><tspan dy="-3">$1</tspan>');
