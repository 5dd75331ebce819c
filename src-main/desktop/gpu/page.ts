import type { GpuPageNews, GpuPageRequest, GpuReport, GpuTrainerHelper } from '../../contract/index.ts';
import { describeAdapter } from '../../engine/webgpu/adapter.ts';

/** The hidden page that owns the graphics card: it describes the adapter, and keeps one Web Worker for each run. */

const WORKER = '/gpu/training.web-worker.js';

window.addEventListener('message', ({ data, ports, source }: MessageEvent<GpuPageRequest>) => {
  if (source !== window) return;
  if (data.type === 'describe') void describe().then((report) => ports[0].postMessage(report));
  else startTrainer(data, ports[0], ports.slice(1));
});

async function describe(): Promise<GpuReport> {
  if (!('gpu' in navigator)) return { available: false, reason: 'This version of Chromium has no WebGPU.' };
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter) return { available: true, adapter: describeAdapter(adapter) };
  const reason =
    'WebGPU finds no graphics adapter. On Linux it needs a Vulkan driver (for NVIDIA, the proprietary one).';
  return { available: false, reason };
}

/** @param ports the trainer's own, and one for each of its helpers */
function startTrainer(
  { runId, helpers }: { runId: string; helpers: GpuTrainerHelper[] },
  watch: MessagePort,
  ports: MessagePort[],
): void {
  const worker = new Worker(WORKER, { type: 'module', name: `espalier-run-${runId}` });
  worker.addEventListener('error', ({ message, filename, lineno }) => {
    const news: GpuPageNews = {
      type: 'crashed',
      message: `The training thread stopped: ${message || 'its script did not load'}`,
      detail: `${message} (${filename}:${lineno})`,
    };
    watch.postMessage(news);
  });
  watch.addEventListener('message', () => {
    worker.terminate();
    watch.close();
  });
  watch.start();
  worker.postMessage(helpers, ports);
}
