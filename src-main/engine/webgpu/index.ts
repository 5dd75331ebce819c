export { adapterTitle, requestEngineDevice } from './device.ts';
export { openWebGpuEngine, type WebGpuAccess, type WebGpuEngine } from './webgpu-engine.ts';
