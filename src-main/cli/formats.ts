import { formatPercent } from '../lab/runs/naming.ts';

const NOTHING = '–';

export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? NOTHING : Number.isNaN(share) ? 'NaN' : `${(share * 100).toFixed(2)}%`;

export const sparsity = (share: number): string => formatPercent(share);

export const count = (value: number): string => value.toLocaleString('en-GB');

export const fraction = (value: number): string => value.toFixed(3);

export function duration(seconds: number | null): string {
  if (seconds === null) return NOTHING;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const [value, unit] = count < 1024 ** 2 ? [count / 1024, 'KiB'] : [count / 1024 ** 2, 'MiB'];
  return `${value.toFixed(1)} ${unit}`;
}

/** As publishers tell the sizes of their files. */
export const megabytes = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;

export const date = (at: number | null): string => (at === null ? NOTHING : new Date(at).toLocaleString('sv-SE'));

/** Steps a second: two digits below ten, so that a slow run does not seem to stand still. */
export const speed = (value: number): string => (value < 9.95 ? value.toPrecision(2) : Math.round(value).toString());
