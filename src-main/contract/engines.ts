/** Where a run's arithmetic can happen, in the order in which lists show it. */
export const ENGINE_NAMES = ['cpu', 'webgpu', 'tfjs-cuda', 'tfjs-node'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const ENGINE_TITLES: Record<EngineName, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  'tfjs-cuda': 'TensorFlow on CUDA',
  'tfjs-node': 'TensorFlow on the CPU',
};

/** Whether this machine has an engine; found without starting it. */
export interface EngineAvailability {
  id: EngineName;
  title: string;
  available: boolean;
  /** Software that stands in for a device: taken only where it is named, never by `auto`. */
  isSoftware: boolean;
  /** What it is, or why it is not available. */
  detail: string;
  /** How to get it, commands between backticks; null where it is there, or cannot be had. */
  remedy: string | null;
  /** Label and value, such as adapter, limits, memory. */
  facts: [string, string][];
}

/** Training steps of one network on some engines. */
export interface EngineMeasurement {
  /** Fastest first. */
  measured: { engine: EngineName; title: string; millisecondsPerStep: number }[];
  /** Engines that could not be measured, with the reason. */
  left: { engine: EngineName; reason: string }[];
}

/** What `auto` chose a run's engine by; nothing is measured where there was only one engine. */
export interface EngineChoice extends EngineMeasurement {
  /** The measurement holds for runs with the same key: network, shapes, sparsity, batch, machine, versions. */
  key: string;
  engine: EngineName;
  /** Measured by an earlier run. */
  remembered: boolean;
}

/** A time as tables and sentences have it: three digits, and whole from 100 on. */
export const millisecondsText = (value: number): string =>
  value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en');

/** The choice in one sentence. */
export function describeChoice({ engine, measured, left, remembered }: EngineChoice): string {
  const others = left.map((entry) => `${entry.engine}: ${entry.reason}`).join('; ');
  if (measured.length === 0) return `auto takes ${engine}, the only engine here${others ? ` (${others})` : ''}.`;
  const speeds = measured.map((entry) => `${entry.title} ${millisecondsText(entry.millisecondsPerStep)} ms a step`);
  const when = remembered ? ' (as an earlier run measured)' : '';
  return `auto takes ${engine}${when}: ${speeds.join(', ')}.`;
}
