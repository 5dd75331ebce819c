import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { WEB_PREFERENCES } from './policies.ts';
import { SMALLEST, boundsOnScreen, type WindowState } from './window-state.ts';

/** `--ground` of src-renderer/ui/tokens.css: what is seen before the first paint. */
const GROUND = { light: '#f5f5f2', dark: '#131618' } as const;

export interface WindowOptions {
  address: string;
  preloadFile: string;
  state: WindowState;
  iconFile: string | null;
}

/** Opens the window; it shows itself once there is something to see. */
export function openWindow({ address, preloadFile, state, iconFile }: WindowOptions): BrowserWindow {
  const { x, y, width, height } = boundsOnScreen(state.bounds, workAreas());
  const window = new BrowserWindow({
    x,
    y,
    width,
    height,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: 'Espalier',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light,
    autoHideMenuBar: true,
    ...(iconFile ? { icon: iconFile } : {}),
    webPreferences: { ...WEB_PREFERENCES, preload: preloadFile },
  });
  if (state.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.webContents.on('render-process-gone', (_event, { reason }) => void offerReload(window, reason));
  void load(window, address);
  return window;
}

/** A load that another one overtakes rejects, which is no problem. */
export async function load(window: BrowserWindow, address: string): Promise<void> {
  try {
    await window.loadURL(address);
  } catch (error) {
    if (!/ERR_ABORTED/.test((error as Error).message)) console.error(`${address} did not load: ${String(error)}`);
    if (!window.isDestroyed()) window.show();
  }
}

/** Brings the window before the others. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

async function offerReload(window: BrowserWindow, reason: string): Promise<void> {
  if (reason === 'clean-exit' || window.isDestroyed()) return;
  await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window stopped working.',
    detail: `The system says: ${reason}. Runs go on training; the window is now loaded again.`,
    buttons: ['Load again'],
  });
  if (!window.isDestroyed()) window.webContents.reload();
}

function workAreas() {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
  return [primary, ...others].map((display) => display.workArea);
}
