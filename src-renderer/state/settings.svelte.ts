import { defaultSettings, type LabSettings } from '../../src-main/contract/index.ts';
import { bridge } from './bridge.ts';
import { toastError } from './toasts.svelte.ts';

let current = $state.raw<LabSettings>(defaultSettings);
const darkQuery = matchMedia('(prefers-color-scheme: dark)');
let systemIsDark = $state(darkQuery.matches);
darkQuery.addEventListener('change', (event) => (systemIsDark = event.matches));

export const settings = {
  get current(): LabSettings {
    return current;
  },
  /** Canvases repaint when this changes; style sheets follow by themselves. */
  get isDark(): boolean {
    return current.theme === 'system' ? systemIsDark : current.theme === 'dark';
  },
};

export async function loadSettings(): Promise<void> {
  try {
    apply(await bridge.lab.getSettings());
  } catch (error) {
    toastError(error);
  }
}

export async function changeSettings(change: Partial<LabSettings>): Promise<void> {
  try {
    apply(await bridge.lab.changeSettings(change));
  } catch (error) {
    toastError(error);
  }
}

function apply(settings: LabSettings): void {
  current = settings;
  if (settings.theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
}
