import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GpuBenchResult } from './bench.ts';
import { packGpuBench } from './pack.ts';

const temporary = mkdtempSync(join(tmpdir(), 'espalier-gpu-bench-'));
const folder = join(temporary, 'carried');

beforeAll(async () => {
  expect(await packGpuBench(join(temporary, 'packed'))).toBe(0);
  // Elsewhere than it was made, and outside the repository: nothing of it can be found by its old path.
  cpSync(join(temporary, 'packed'), folder, { recursive: true });
  rmSync(join(temporary, 'packed'), { recursive: true });
}, 60_000);

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** In an environment of nothing but a way to `node` and the system's own programs. */
function runPacked(args: string[], environment: Record<string, string> = {}) {
  const path = [dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  const child = spawn(join(folder, 'run.sh'), args, { cwd: temporary, env: { PATH: path, ...environment } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  return new Promise<{ code: number | null } & typeof output>((resolve) =>
    child.on('close', (code) => resolve({ code, ...output })),
  );
}

// The software driver that the folder brings along is Linux's.
describe.skipIf(process.platform !== 'linux')('the folder for another machine', () => {
  test('measures on the software driver it brings along, under its name', { timeout: 180_000 }, async () => {
    const few = ['--seconds', '0.01', '--rounds', '1', '--case', 'conv', '--sparsity', '0.95'];
    const { code, stdout, stderr } = await runPacked(['--software', '--json', ...few]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const result = JSON.parse(stdout) as GpuBenchResult;
    expect(result).toMatchObject({ isSoftware: true, peer: null, cases: [{ case: 'conv', batch: 8 }] });
    expect(result.adapter).toMatch(/SwiftShader/);
    expect(result.copy.bytesPerSecond).toBeGreaterThan(0);
    expect(result.gemm.plainFlopsPerSecond).toBeGreaterThan(0);
    expect(result.gemm.engineFlopsPerSecond).toBeGreaterThan(0);
    const [row, ...others] = result.rows;
    expect(others).toEqual([]);
    expect(row).toMatchObject({ case: 'conv', sparsity: 0.95, batch: 8, peer: {} });
    expect(row.millisecondsPerStep).toBeGreaterThan(0);
    expect(row.flopsPerSecond).toBeLessThan(result.gemm.flopsPerSecond);
    expect(JSON.parse(readFileSync(join(folder, 'gpu-result.json'), 'utf8'))).toEqual(result);
  });

  test('refuses a software adapter that was not asked for, and says which it is', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await runPacked([], {
      VK_ICD_FILENAMES: join(folder, 'vulkan/vk_swiftshader_icd.json'),
      LD_LIBRARY_PATH: join(folder, 'vulkan/loader'),
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/The only adapter here is SwiftShader.*--software/);
    expect(stderr).not.toMatch(/\n\s+at .*gpu-bench/);
  });

  test('without an adapter says what is missing', { timeout: 60_000 }, async () => {
    const { code, stderr } = await runPacked(['--json'], { VK_ICD_FILENAMES: join(temporary, 'no-driver.json') });
    expect(code).toBe(1);
    expect(stderr).toMatch(/finds no graphics adapter here. It needs a Vulkan driver/);
  });

  test('names an argument that it does not take', async () => {
    const { code, stderr } = await runPacked(['--case', 'lenet']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--case: there is no lenet; there are mlp, conv, resnet18/);
  });

  test('is not made over other files', async () => {
    expect(await packGpuBench(folder)).toBe(1);
    expect(existsSync(join(folder, 'gpu-bench.mjs'))).toBe(true);
  });
});
