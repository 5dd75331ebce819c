import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';

/** Where the window was, and the theme it showed, so that the next start does not flash. */
const stateSchema = v.object({
  bounds: v.nullable(v.object({ x: v.number(), y: v.number(), width: v.number(), height: v.number() })),
  isMaximized: v.boolean(),
  theme: v.picklist(['system', 'light', 'dark']),
});

export type WindowState = v.InferOutput<typeof stateSchema>;
export type Bounds = NonNullable<WindowState['bounds']>;

export const SMALLEST = { width: 900, height: 600 } as const;
const USUAL = { width: 1320, height: 860 } as const;
/** So much of the window must be on a display for a person to get hold of it. */
const GRIP = { width: 120, height: 60 } as const;

const unknownState: WindowState = { bounds: null, isMaximized: false, theme: 'system' };

/** A missing or damaged file is only a window in its usual position. */
export function readWindowState(file: string): WindowState {
  try {
    return v.parse(stateSchema, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return unknownState;
  }
}

export function writeWindowState(file: string, state: WindowState): void {
  const partial = `${file}.partial`;
  try {
    // Not the data folder around it, which may have been moved away.
    if (!existsSync(dirname(file))) mkdirSync(dirname(file));
    writeFileSync(partial, JSON.stringify(state));
    renameSync(partial, file);
  } catch (error) {
    console.error(`The window’s position could not be kept: ${(error as Error).message}`);
  }
}

/**
 * Bounds for the window: the kept ones where a display still shows enough of them, else the usual size in the middle
 * of the first display.
 * @param displays work areas, the primary one first
 */
export function boundsOnScreen(kept: Bounds | null, displays: readonly Bounds[]): Bounds {
  const visible = kept && displays.some((display) => overlaps(kept, display));
  if (kept && visible) {
    return { ...kept, width: Math.max(kept.width, SMALLEST.width), height: Math.max(kept.height, SMALLEST.height) };
  }
  const [display] = displays;
  const width = Math.min(USUAL.width, display.width);
  const height = Math.min(USUAL.height, display.height);
  return {
    x: Math.round(display.x + (display.width - width) / 2),
    y: Math.round(display.y + (display.height - height) / 2),
    width,
    height,
  };
}

function overlaps(window: Bounds, display: Bounds): boolean {
  const wide = Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x);
  const high = Math.min(window.y + window.height, display.y + display.height) - Math.max(window.y, display.y);
  // The title bar is at the top: it must not be above the display.
  return wide >= GRIP.width && high >= GRIP.height && window.y >= display.y - GRIP.height / 2;
}
