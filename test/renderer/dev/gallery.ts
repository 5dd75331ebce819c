import { createFakeBridge } from './fake-bridge.ts';

/** Every component of `ui/` and the charts, in all states and both themes, side by side. Never shipped. */
Object.assign(window, { espalier: createFakeBridge({ runs: null, theme: 'system', failing: null }) });
await import('../../../src-renderer/ui/tokens.css');
await import('../../../src-renderer/ui/base.css');
const [{ mount }, { default: Gallery }] = await Promise.all([import('svelte'), import('./Gallery.svelte')]);
const target = document.getElementById('app');
if (!target) throw new Error('gallery.html has no element with the id app.');
mount(Gallery, { target });
