import { describe, expect, test } from 'vitest';
import { ownVersion } from '../../src-main/toolchain/electron-runtime.ts';
import { requireOwnVersion } from '../../src-main/toolchain/packaging/runtime-choice.ts';

describe('the runtime of a package to hand out', () => {
  const other = { executable: '/x/electron', version: '33.2.1', source: 'hosted' } as const;
  const own = { executable: '/x/electron', version: ownVersion(), source: 'package' } as const;

  test('is the lockfile’s', () => {
    expect(() => requireOwnVersion(own, 'it', false)).not.toThrow();
  });

  test('another is refused, with both versions and the ways out', () => {
    const refused = () => requireOwnVersion(other, 'Electron 33.2.1 (Chrome 130)', false);
    expect(refused).toThrow('would hold Electron 33.2.1 (Chrome 130)');
    expect(refused).toThrow(`package-lock.json names ${ownVersion()}`);
    expect(refused).toThrow(/ELECTRON_OVERRIDE_DIST_PATH.* --allow-runtime/);
  });

  test('another is taken where it is allowed', () => {
    expect(() => requireOwnVersion(other, 'it', true)).not.toThrow();
  });
});
