/**
 * For threads that decode image files. Electron for Linux links the system's GLib, whose functions then answer for those
 * in the native library of sharp: importing 10,000 PNGs ended Electron 33 within a second (electron/electron#46323). In a
 * thread without native addons sharp takes its WebAssembly build, which has a GLib of its own. That holds on every
 * system, so that what is tested on one is what runs on all.
 */
export const NO_ADDONS = '--no-addons';

export const DECODING_THREAD: { execArgv?: string[] } =
  process.versions.electron === undefined ? {} : { execArgv: [NO_ADDONS] };
