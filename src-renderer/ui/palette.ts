/** How a run is told from the others: Okabe-Ito by its number, then dashes and markers when the colours are used up. */

const COLOURS = 8;
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
const MARKERS = ['circle', 'triangle', 'rect', 'crossRot'] as const;

export type Marker = (typeof MARKERS)[number];

export interface RunLook {
  /** Name of the token, for style sheets. */
  token: string;
  dash: readonly number[];
  marker: Marker;
  /** Markers are drawn only where colour alone no longer tells. */
  hasMarker: boolean;
}

export function lookOf(colour: number): RunLook {
  const round = Math.floor(colour / COLOURS);
  return {
    token: `--run-${colour % COLOURS}`,
    dash: DASHES[round % DASHES.length],
    marker: MARKERS[round % MARKERS.length],
    hasMarker: round > 0,
  };
}

/** The value that a colour token has just now, as `rgb(…)`, for canvases. */
export function resolveToken(token: string): string {
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

let ink = '';
const colours = new Map<string, string>();

/**
 * The same for many tokens at one moment. Each is looked up once a theme: asking the style sheets makes the browser work
 * out the whole page's styles. That the theme is another shows in the ink, whoever changed it.
 */
export function tokenColours(): (token: string) => string {
  const now = resolveToken('--ink');
  if (now !== ink) colours.clear();
  ink = now;
  return (token) => {
    const colour = colours.get(token) ?? resolveToken(token);
    colours.set(token, colour);
    return colour;
  };
}

/** `rgb(1, 2, 3)` with another opacity. */
export function withAlpha(colour: string, alpha: number): string {
  const parts = colour.match(/[\d.]+/g) ?? ['0', '0', '0'];
  return `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${alpha})`;
}
