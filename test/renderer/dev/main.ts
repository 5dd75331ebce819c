import { createFakeBridge } from './fake-bridge.ts';

/** The window over generated data: `?runs=1000`, `?runs=0`, `?theme=dark`, `?fail=listRuns`. Never shipped. */
const parameters = new URLSearchParams(location.search);
const fake = createFakeBridge({
  runs: parameters.has('runs') ? Number(parameters.get('runs')) : null,
  theme: parameters.get('theme') === 'dark' ? 'dark' : parameters.get('theme') === 'light' ? 'light' : 'system',
  failing: parameters.get('fail'),
});
Object.assign(window, { espalier: fake });
await import('../../../src-renderer/main.ts');
