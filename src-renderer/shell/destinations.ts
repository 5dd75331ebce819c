import Boxes from '@lucide/svelte/icons/boxes';
import Spline from '@lucide/svelte/icons/chart-spline';
import FileCode from '@lucide/svelte/icons/file-code';
import Cpu from '@lucide/svelte/icons/cpu';
import Grid from '@lucide/svelte/icons/grid-3x3';
import List from '@lucide/svelte/icons/list';
import Plus from '@lucide/svelte/icons/plus';
import Settings from '@lucide/svelte/icons/settings-2';
import type { PageName, Route } from '../state/routes.ts';

/** A page that the sidebar and the command palette lead to. */
export interface Destination {
  label: string;
  icon: typeof List;
  route: Route;
  /** The pages that belong to it, its own among them. */
  pages: readonly PageName[];
  /** Its name in the command palette, with the shortcut that leads there. */
  command: { label: string; hint?: string };
}

/** In the sidebar's order. `compared`: the runs that Compare opens with. */
export const destinations = (compared: readonly string[]): Destination[] => [
  {
    label: 'Runs',
    icon: List,
    route: { page: 'runs' },
    pages: ['runs', 'trash', 'run', 'masks', 'welcome'],
    command: { label: 'Go to runs' },
  },
  {
    label: 'New run',
    icon: Plus,
    route: { page: 'launch', from: null },
    pages: ['launch'],
    command: { label: 'New run', hint: 'Ctrl N' },
  },
  {
    label: 'Studies',
    icon: Grid,
    route: { page: 'studies', id: null },
    pages: ['studies'],
    command: { label: 'Go to studies' },
  },
  {
    label: 'Compare',
    icon: Spline,
    route: { page: 'compare', ids: [...compared] },
    pages: ['compare'],
    command: { label: 'Compare the selected runs' },
  },
  {
    label: 'Datasets',
    icon: Boxes,
    route: { page: 'datasets' },
    pages: ['datasets', 'dataset'],
    command: { label: 'Go to datasets' },
  },
  {
    label: 'Methods',
    icon: FileCode,
    route: { page: 'methods' },
    pages: ['methods'],
    command: { label: 'Go to methods' },
  },
  { label: 'Devices', icon: Cpu, route: { page: 'devices' }, pages: ['devices'], command: { label: 'Go to devices' } },
  {
    label: 'Settings',
    icon: Settings,
    route: { page: 'settings' },
    pages: ['settings'],
    command: { label: 'Go to settings' },
  },
];
