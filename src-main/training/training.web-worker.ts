import type { GpuTrainerHelper, GpuTrainerRequest, GpuTrainerStart, TrainerEvent } from '../contract/index.ts';
import { adapterTitle, openWebGpuEngine, requestEngineDevice } from '../engine/webgpu/index.ts';
import { EngineError, type EngineOptions } from '../engine/engine.ts';
import type { EngineTable } from '../engine/registry.ts';
import { createBatchClient } from './batches/batch-client.ts';
import type { OpenBatches } from './batches/batches.ts';
import { createMessageControl } from './control.ts';
import { measureRun } from './engine-measurement.ts';
import type { BatchAnswer, BatchRequest } from './batches/served-batches.ts';
import { createMethodClient } from './rules/method-client.ts';
import type { RulesAnswer } from './rules/rule-messages.ts';
import type { TrainedMethod } from './rules/trained-method.ts';
import { train } from './trainer.ts';

/**
 * Entry of a run's Web Worker in the hidden window: gives the trainer its port and a device of its own, so that a run
 * that loses its device takes no other along.
 */

const control = createMessageControl();

type Helpers = Partial<Record<GpuTrainerHelper, MessagePort>>;

self.addEventListener('message', ({ data: names, ports: [port, ...others] }: MessageEvent<GpuTrainerHelper[]>) => {
  const helpers: Helpers = Object.fromEntries(names.map((name, at) => [name, others[at]]));
  const post = (event: TrainerEvent): void => port.postMessage(event);
  port.addEventListener('message', ({ data }: MessageEvent<GpuTrainerRequest>) => {
    if (data.type === 'command') control.want(data.command);
    else if (data.type === 'stored') control.addStored(data.amount);
    else void run(data.start, helpers, post);
  });
  port.start();
});

async function run(
  start: GpuTrainerStart,
  { batches, method: methodPort }: Helpers,
  post: (event: TrainerEvent) => void,
): Promise<void> {
  let lost: GPUDeviceLostInfo | null = null;
  try {
    const { device, adapter } = await openDevice();
    void device.lost.then((info) => (lost = info));
    const open = (opening: EngineOptions) => openWebGpuEngine(opening, { device, adapter });
    const engines: EngineTable = {
      webgpu: () => Promise.resolve({ title: `WebGPU, ${adapterTitle(adapter)}`, open }),
    };
    const method = methodPort && (await openServedMethod(methodPort, post));
    if (start.measure) post(await measureRun(start, start.measure, engines, method));
    else
      await train(start, {
        post,
        control,
        method,
        openEngine: open,
        openBatches: batches && openServedBatches(start, batches),
      });
  } catch (error) {
    // The loss comes by its own promise, which may settle after the call that met it has failed.
    await new Promise((resolve) => setTimeout(resolve));
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const gone = lost as GPUDeviceLostInfo | null;
    if (gone)
      post({
        type: 'failed',
        message: `The graphics device was lost: ${gone.message || gone.reason}`,
        detail: stack ?? message,
        lostDevice: true,
      });
    else post({ type: 'failed', message, detail: stack ?? message });
  }
}

/** Batches of images on disk, from the process at the other end of the port. */
function openServedBatches({ data: { train, test } }: GpuTrainerStart, port: MessagePort): OpenBatches {
  const client = createBatchClient({ train, test }, (request: BatchRequest) => port.postMessage(request));
  port.addEventListener('message', ({ data }: MessageEvent<BatchAnswer>) => client.hear(data));
  port.start();
  return client.openBatches;
}

/** A person's own method, in the process at the other end of the port. */
function openServedMethod(port: MessagePort, post: (event: TrainerEvent) => void): Promise<TrainedMethod> {
  const client = createMethodClient(
    (request) => port.postMessage(request),
    (rule) => post({ type: 'rule', rule }),
  );
  port.addEventListener('message', ({ data }: MessageEvent<RulesAnswer>) => client.hear(data));
  port.start();
  return client.opened;
}

async function openDevice(): Promise<{ device: GPUDevice; adapter: GPUAdapterInfo }> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new EngineError('WebGPU finds no graphics adapter on this machine; choose the engine cpu.');
  return { device: await requestEngineDevice(adapter), adapter: adapter.info };
}
