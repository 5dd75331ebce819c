import { mount } from 'svelte';
import './ui/tokens.css';
import './ui/base.css';
import App from './App.svelte';
import NoBridge from './shell/NoBridge.svelte';
import { hasBridge } from './state/bridge.ts';
import { followDatasets } from './state/datasets.svelte.ts';
import { followExports } from './state/mask-export.svelte.ts';
import { followMethods } from './state/methods.svelte.ts';
import { followRuns } from './state/runs.svelte.ts';
import { loadSettings } from './state/settings.svelte.ts';
import { toastError } from './state/toasts.svelte.ts';
import { followTrash } from './state/trash.svelte.ts';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id app.');

if (hasBridge) {
  window.addEventListener('unhandledrejection', (event) => toastError(event.reason));
  void loadSettings();
  void followMethods();
  void followRuns();
  void followTrash();
  void followDatasets();
  followExports();
  mount(App, { target });
} else {
  mount(NoBridge, { target });
}
