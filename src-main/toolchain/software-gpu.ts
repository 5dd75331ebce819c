import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findElectron, resolveElectron } from './electron-runtime.ts';
import { cacheFolder } from './support/folders.ts';

/**
 * Lets WebGPU outside Electron run on the software driver (SwiftShader) that comes with every Electron on Linux, unless
 * `VK_ICD_FILENAMES` names another driver already. Changes this process's environment for the processes it starts:
 * libraries are looked for where `LD_LIBRARY_PATH` pointed when a process began. Elsewhere the system has a driver.
 *
 * @throws {Problem} where no Electron can be had
 */
export async function provideSoftwareGpu(): Promise<void> {
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES) return;
  const { executable } = findElectron() ?? (await resolveElectron());
  const folder = dirname(executable);
  process.env.VK_ICD_FILENAMES = join(folder, 'vk_swiftshader_icd.json');
  const loader = join(cacheFolder(), 'vulkan-loader');
  const link = join(loader, 'libvulkan.so.1');
  // The loader alone: Electron's other libraries are nobody else's business.
  if (!existsSync(link)) linkInto(loader, link, join(folder, 'libvulkan.so.1'));
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, loader].filter(Boolean).join(':');
}

function linkInto(folder: string, link: string, target: string): void {
  mkdirSync(folder, { recursive: true });
  try {
    symlinkSync(target, link);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(link)) throw error;
  }
}
