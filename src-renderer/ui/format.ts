import { percentNumber } from '../../src-main/contract/index.ts';

/** How numbers read everywhere in the window. Fractions in, words out; a dash where there is nothing to say. */

export const NOTHING = '–';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 0.9512 reads `95.12 %`; what is not nothing does not read `0.00 %`. */
export function percent(fraction: number | null | undefined, digits = 2): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return NOTHING;
  const text = (fraction * 100).toFixed(digits);
  return `${fraction > 0 && Number(text) === 0 ? percentNumber(fraction) : text} %`;
}

/** Sparsity and density: as many digits as they need, so 95 %, 97.5 %, 99.996 %. */
export function share(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return NOTHING;
  return `${percentNumber(fraction)} %`;
}

/** A difference of two fractions in percentage points, with its sign: `+0.84`. */
export function points(difference: number | null | undefined): string {
  if (difference === null || difference === undefined || !Number.isFinite(difference)) return NOTHING;
  const text = Math.abs(difference * 100).toFixed(2);
  if (text === '0.00') return '±0.00';
  return `${difference < 0 ? '−' : '+'}${text}`;
}

/** R_s: `0.431`. */
export function rate(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  return value.toFixed(3);
}

export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  return grouped.format(value);
}

const PREFIXES = ['', ' k', ' M', ' G', ' T', ' P', ' E'];

/** Large quantities such as FLOPs, with the prefixes of the SI: `1.24 T`. */
export function large(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const power = Math.abs(value) < 1000 ? 0 : Math.floor(Math.log10(Math.abs(value)) / 3);
  const prefix = Math.min(power, PREFIXES.length - 1);
  return `${Number((value / 1000 ** prefix).toPrecision(3))}${PREFIXES[prefix]}`;
}

/** A ratio to the dense run: `0.102×`. */
export function ratio(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  return `${value.toFixed(value < 10 ? 3 : 1)}×`;
}

/** Steps a second, live: whole from ten on, two digits below, so `0.42` and not 0. A dash before anything is known. */
export function speed(value: number): string {
  if (!(value > 0)) return NOTHING;
  return value < 9.95 ? value.toPrecision(2) : count(value);
}

/** Any measured quantity on an axis or in a table, four significant digits. */
export function plain(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}

/** Seconds as a person says them: `0.8 s`, `42 s`, `1 min 20 s`, `2 h 05 min`, `3 d 4 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let size = value;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

/** As publishers tell the sizes of their files: `29 kB`, `29.5 MB`, `170 MB`. */
export function megabytes(value: number): string {
  if (value < 99_950) return `${Math.ceil(value / 1000)} kB`;
  return `${(value / 1e6).toFixed(value < 99.95e6 ? 1 : 0)} MB`;
}

/** `14:03:27` in local time. */
export function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

export function dateTime(at: number | null): string {
  if (at === null) return NOTHING;
  const date = new Date(at);
  return `${date.toLocaleDateString('en-CA')} ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

/** `1 run`, `4 runs`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
