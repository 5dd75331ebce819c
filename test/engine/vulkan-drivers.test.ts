import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasVulkanDriver } from '../../src-main/engine/webgpu/vulkan-drivers.node.ts';

describe('Vulkan drivers on Linux', () => {
  let root: string;
  const nowhere = () => ({
    HOME: join(root, 'home'),
    XDG_CONFIG_DIRS: join(root, 'configuration'),
    XDG_DATA_DIRS: join(root, 'data'),
  });
  const manifest = (...folder: string[]) => {
    mkdirSync(join(root, ...folder), { recursive: true });
    writeFileSync(join(root, ...folder, 'driver.json'), '{}');
  };
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'vulkan-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it.each([
    ['a folder of shared data', ['data', 'vulkan', 'icd.d']],
    ['the person’s own data', ['home', '.local', 'share', 'vulkan', 'icd.d']],
    ['the system’s configuration', ['configuration', 'vulkan', 'icd.d']],
  ])('are found by their manifest in %s', (_, folder) => {
    const before = hasVulkanDriver(nowhere());
    manifest(...folder);
    expect(hasVulkanDriver(nowhere())).toBe(true);
    // Unless this machine has a driver in /etc, there was none before.
    if (!hasVulkanDriver({ ...nowhere(), HOME: root, XDG_DATA_DIRS: root, XDG_CONFIG_DIRS: root }))
      expect(before).toBe(false);
  });

  it('are taken on trust where they are named', () => {
    expect(hasVulkanDriver({ ...nowhere(), VK_ICD_FILENAMES: '/somewhere.json' })).toBe(true);
  });
});
