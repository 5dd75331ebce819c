import {
  Chart,
  Interaction,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartDataset,
  type InteractionItem,
  type InteractionModeFunction,
  type Plugin,
} from 'chart.js';
import { visibleText } from '../../src-main/contract/index.ts';
import { lastX, valuesAtEnds, type ChartLine } from './lines.ts';
import { withAlpha } from '../ui/palette.ts';
import { tickLabels } from './ticks.ts';
import type { Range } from './zoom.ts';

/**
 * The only file that knows the chart library. Everything else speaks `ChartLine` and `ChartView`.
 */
export interface ChartView {
  lines: readonly ChartLine[];
  xTitle: string;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  isLogarithmic: boolean;
  /** Limits of the x-axis; null follows the data. */
  range: Range | null;
  ink: string;
  faint: string;
  grid: string;
  surface: string;
}

export interface ChartHandle {
  show(view: ChartView): void;
  /** Value on the x-axis under a distance from the left edge of the canvas, in CSS pixels. */
  valueAt(left: number): number;
  /** Limits of the x-axis as drawn. */
  limits(): { from: number; to: number };
  /** The dragged range, in CSS pixels from the left edge; null removes it. */
  showBrush(brush: { from: number; to: number } | null): void;
  resize(): void;
  destroy(): void;
}

declare module 'chart.js' {
  interface InteractionModeMap {
    nearestPerLine: InteractionModeFunction;
  }
}

type LineDataset = ChartDataset<'line', { x: number; y: number }[]>;

/** For every line its point nearest to the pointer: lines of different runs share no x. */
Interaction.modes.nearestPerLine = (chart, event) => {
  const found: InteractionItem[] = [];
  const at = event.x;
  if (at === null) return found;
  const target = chart.scales.x.getValueForPixel(at) ?? 0;
  for (const meta of chart.getSortedVisibleDatasetMetas()) {
    const dataset = chart.data.datasets[meta.index] as LineDataset & { isRaw?: boolean };
    if (dataset.isRaw) continue;
    const index = nearestIndex(dataset.data, target);
    if (index !== null && meta.data[index]) {
      found.push({ element: meta.data[index], datasetIndex: meta.index, index });
    }
  }
  return found;
};

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);

/** Draws on a canvas until destroyed; nothing animates. */
export function createChart(canvas: HTMLCanvasElement): ChartHandle {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  let view: ChartView | null = null;
  let brush: { from: number; to: number } | null = null;

  const overlay: Plugin<'line'> = {
    id: 'overlay',
    afterDatasetsDraw: (chart) => {
      if (!view) return;
      drawGaps(chart, view.lines);
      drawCursor(chart, view.faint);
      if (brush) drawBrush(chart, brush, view.ink);
    },
  };
  const chart = new Chart<'line', { x: number; y: number }[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    plugins: [overlay],
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      events: ['mousemove', 'mouseout'],
      interaction: { mode: 'nearestPerLine', intersect: false },
      layout: { padding: { top: 6, right: 8 } },
    },
  });

  return {
    show(next) {
      view = next;
      chart.data.datasets = next.lines.flatMap(toDatasets);
      chart.options.scales = scalesOf(next);
      chart.options.plugins = { tooltip: tooltipOf(next) };
      chart.update('none');
    },
    valueAt: (left) => chart.scales.x.getValueForPixel(left) ?? NaN,
    limits: () => ({ from: chart.scales.x.min, to: chart.scales.x.max }),
    showBrush(next) {
      brush = next;
      chart.draw();
    },
    resize: () => chart.resize(),
    destroy: () => chart.destroy(),
  };
}

function toDatasets(line: ChartLine): LineDataset[] {
  const base = {
    label: visibleText(line.label),
    pointRadius: 0,
    pointHoverRadius: 3,
    pointHoverBackgroundColor: line.colour,
    borderJoinStyle: 'round' as const,
    spanGaps: false,
  };
  const many = line.x.length > 1;
  const main: LineDataset = {
    ...base,
    data: toPoints(line.x, line.y),
    borderColor: line.colour,
    borderWidth: line.width,
    borderDash: [...line.dash],
    backgroundColor: line.colour,
    // A single point has no line to be seen by; further markers stand about eight to a line.
    pointRadius: many
      ? line.marker
        ? (context) => (context.dataIndex % Math.max(1, Math.floor(line.x.length / 8)) === 0 ? 3.5 : 0)
        : 0
      : 3,
    pointStyle: line.marker ?? 'circle',
  };
  if (!line.raw) return [main];
  const raw = {
    ...base,
    data: toPoints(line.x, line.raw),
    borderColor: withAlpha(line.colour, 0.25),
    borderWidth: 1,
    pointHoverRadius: 0,
    isRaw: true,
    order: 1,
  };
  return [main, raw];
}

function toPoints(x: ArrayLike<number>, y: ArrayLike<number>): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = [];
  for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i])) points.push({ x: x[i], y: y[i] });
  return points;
}

function scalesOf(view: ChartView) {
  const ticks = { color: view.faint, font: { size: 11 }, maxRotation: 0, padding: 4 };
  const grid = { color: view.grid, tickColor: 'transparent' };
  const border = { display: false };
  const ends = view.range ? valuesAtEnds(view.lines, view.range).filter((y) => !view.isLogarithmic || y > 0) : [];
  return {
    x: {
      type: 'linear' as const,
      // Every axis starts at the start of the training.
      min: view.range?.from ?? 0,
      max: view.range?.to ?? lastX(view.lines) ?? undefined,
      title: { display: true, text: view.xTitle, color: view.faint, font: { size: 11 } },
      ticks: {
        ...ticks,
        maxTicksLimit: 8,
        includeBounds: false,
        callback: tickLabels(view.formatX),
      },
      grid: { ...grid, display: false },
      border: { color: view.grid },
      bounds: 'ticks' as const,
    },
    y: {
      type: view.isLogarithmic ? ('logarithmic' as const) : ('linear' as const),
      ...(ends.length > 0 ? { suggestedMin: Math.min(...ends), suggestedMax: Math.max(...ends) } : {}),
      ticks: {
        ...ticks,
        maxTicksLimit: 7,
        callback: tickLabels(view.formatY),
      },
      grid,
      border,
    },
  };
}

function tooltipOf(view: ChartView) {
  return {
    backgroundColor: view.surface,
    borderColor: view.grid,
    borderWidth: 1,
    titleColor: view.faint,
    bodyColor: view.ink,
    titleFont: { size: 11, weight: 'normal' as const },
    bodyFont: { size: 12 },
    padding: 8,
    caretSize: 0,
    boxWidth: 8,
    boxHeight: 2,
    itemSort: (a: { parsed: { y: number | null } }, b: { parsed: { y: number | null } }) =>
      (b.parsed.y ?? -Infinity) - (a.parsed.y ?? -Infinity),
    callbacks: {
      title: (items: { parsed: { x: number | null } }[]) =>
        items[0] ? `${view.xTitle} ${view.formatX(items[0].parsed.x ?? NaN)}` : '',
      labelColor: (item: { dataset: { borderColor?: unknown } }) => {
        const colour = typeof item.dataset.borderColor === 'string' ? item.dataset.borderColor : view.ink;
        return { borderColor: colour, backgroundColor: colour };
      },
      label: (item: { dataset: { label?: string }; parsed: { y: number | null } }) =>
        ` ${view.formatY(item.parsed.y ?? NaN)}   ${item.dataset.label ?? ''}`,
    },
  };
}

function nearestIndex(points: readonly { x: number }[], target: number): number | null {
  if (points.length === 0) return null;
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle].x < target) low = middle;
    else high = middle;
  }
  return target - points[low].x <= points[high].x - target ? low : high;
}

/** A small cross at the foot of the chart where a value was not finite. */
function drawGaps(chart: Chart, lines: readonly ChartLine[]): void {
  const { ctx, chartArea, scales } = chart;
  ctx.save();
  ctx.lineWidth = 1.5;
  for (const line of lines) {
    ctx.strokeStyle = line.colour;
    let last = -Infinity;
    for (const x of line.gaps) {
      const left = scales.x.getPixelForValue(x);
      if (left - last < 7 || left < chartArea.left || left > chartArea.right) continue;
      last = left;
      const top = chartArea.bottom - 6;
      ctx.beginPath();
      ctx.moveTo(left - 3, top - 3);
      ctx.lineTo(left + 3, top + 3);
      ctx.moveTo(left + 3, top - 3);
      ctx.lineTo(left - 3, top + 3);
      ctx.stroke();
    }
  }
  ctx.restore();
}

function drawCursor(chart: Chart, colour: string): void {
  const active = chart.getActiveElements()[0];
  if (!active) return;
  const { ctx, chartArea } = chart;
  ctx.save();
  ctx.strokeStyle = withAlpha(colour, 0.5);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(active.element.x, chartArea.top);
  ctx.lineTo(active.element.x, chartArea.bottom);
  ctx.stroke();
  ctx.restore();
}

function drawBrush(chart: Chart, brush: { from: number; to: number }, colour: string): void {
  const { ctx, chartArea } = chart;
  ctx.save();
  ctx.fillStyle = withAlpha(colour, 0.1);
  ctx.fillRect(brush.from, chartArea.top, brush.to - brush.from, chartArea.bottom - chartArea.top);
  ctx.restore();
}
