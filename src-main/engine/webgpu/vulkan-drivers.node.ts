import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folders in which the Vulkan loader on Linux looks for drivers' manifests (Khronos, "Loader and Driver Interface",
 * Driver Discovery on Linux).
 */
function manifestFolders(environment: NodeJS.ProcessEnv): string[] {
  const home = environment.HOME ?? homedir();
  const listed = (name: string, otherwise: string) => (environment[name] || otherwise).split(':');
  const roots = [
    ...listed('XDG_CONFIG_HOME', join(home, '.config')),
    ...listed('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/etc',
    ...listed('XDG_DATA_HOME', join(home, '.local/share')),
    ...listed('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
  ];
  return roots.filter((root) => root !== '').map((root) => join(root, 'vulkan', 'icd.d'));
}

/**
 * Whether the Vulkan loader could find a driver. Dawn is not asked where it could not: it complains on standard error,
 * past every handler, in the middle of what a command prints.
 */
export function hasVulkanDriver(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (environment.VK_DRIVER_FILES || environment.VK_ICD_FILENAMES || environment.VK_ADD_DRIVER_FILES) return true;
  return manifestFolders(environment).some((folder) => {
    try {
      return readdirSync(folder).some((name) => name.endsWith('.json'));
    } catch {
      return false;
    }
  });
}
