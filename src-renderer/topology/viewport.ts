import type { BinWindow } from './bins.ts';
import { sizeAt, ZOOMS, type Zoom } from './zoom.ts';

/** What part of a layer a canvas shows. Left and top in pixels of the whole layer drawn at the zoom. */
export interface Viewport {
  zoomIndex: number;
  left: number;
  top: number;
}

export interface Frame {
  outputs: number;
  inputs: number;
  /** Of the canvas, in pixels. */
  width: number;
  height: number;
}

/** The same viewport, moved so that no edge of the layer is left inside the canvas without need. */
export function clampViewport(viewport: Viewport, frame: Frame): Viewport {
  const size = sizeAt(ZOOMS[viewport.zoomIndex], frame.outputs, frame.inputs);
  const within = (value: number, most: number) => Math.round(Math.max(0, Math.min(value, Math.max(0, most))));
  return {
    zoomIndex: viewport.zoomIndex,
    left: within(viewport.left, size.width - frame.width),
    top: within(viewport.top, size.height - frame.height),
  };
}

/** Another zoom, with the weight under a pixel of the canvas staying where it is. */
export function zoomAt(viewport: Viewport, frame: Frame, zoomIndex: number, x: number, y: number): Viewport {
  const index = Math.max(0, Math.min(ZOOMS.length - 1, zoomIndex));
  const factor = scaleOf(ZOOMS[index]) / scaleOf(ZOOMS[viewport.zoomIndex]);
  const moved = {
    zoomIndex: index,
    left: (viewport.left + x) * factor - x,
    top: (viewport.top + y) * factor - y,
  };
  return clampViewport(moved, frame);
}

const scaleOf = (zoom: Zoom) => zoom.pixelsPerWeight / zoom.weightsPerPixel;

export interface VisibleSquares {
  window: BinWindow;
  /** Pixels to a square. */
  scale: number;
  /** Where the window's first square is on the canvas; not above 0. */
  x: number;
  y: number;
}

/** Squares that the canvas shows, and where they are drawn. */
export function visibleSquares(viewport: Viewport, frame: Frame): VisibleSquares {
  const zoom = ZOOMS[viewport.zoomIndex];
  const scale = zoom.pixelsPerWeight;
  const allRows = Math.ceil(frame.outputs / zoom.weightsPerPixel);
  const allColumns = Math.ceil(frame.inputs / zoom.weightsPerPixel);
  const row = Math.floor(viewport.top / scale);
  const column = Math.floor(viewport.left / scale);
  return {
    window: {
      row,
      column,
      rows: Math.min(allRows, Math.ceil((viewport.top + frame.height) / scale)) - row,
      columns: Math.min(allColumns, Math.ceil((viewport.left + frame.width) / scale)) - column,
    },
    scale,
    x: column * scale - viewport.left,
    y: row * scale - viewport.top,
  };
}

export interface Block {
  output: number;
  input: number;
  outputs: number;
  inputs: number;
}

/** The weights under a pixel of the canvas; null beside the layer. */
export function blockAt(viewport: Viewport, frame: Frame, x: number, y: number): Block | null {
  const zoom = ZOOMS[viewport.zoomIndex];
  const size = zoom.weightsPerPixel;
  const output = Math.floor((viewport.top + y) / zoom.pixelsPerWeight) * size;
  const input = Math.floor((viewport.left + x) / zoom.pixelsPerWeight) * size;
  if (output < 0 || input < 0 || output >= frame.outputs || input >= frame.inputs) return null;
  return {
    output,
    input,
    outputs: Math.min(size, frame.outputs - output),
    inputs: Math.min(size, frame.inputs - input),
  };
}
