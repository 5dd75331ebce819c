#!/usr/bin/env node
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync, copyFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { folderBytes } from '../support/files.ts';
import { capture } from '../support/processes.ts';
import { Problem, runProgram } from '../support/problem.ts';
import { controlFile, parseFpmArguments, type DebRequest } from './deb-arguments.ts';

/**
 * Stands in for fpm, which electron-builder downloads from outside the registries: understands the arguments it is
 * called with (`CUSTOM_FPM_PATH`) and leaves the packing to Debian's own dpkg-deb.
 */
async function makeDeb(args: readonly string[]): Promise<number> {
  const request = parseFpmArguments(args);
  const staging = mkdtempSync(join(tmpdir(), 'espalier-deb-'));
  try {
    chmodSync(staging, 0o755);
    for (const copy of request.copies) stage(copy.source, join(staging, copy.target));
    writeControl(request, staging);
    const compression = request.single.get('--deb-compression') ?? 'xz';
    const target = request.single.get('--package') ?? '';
    // Level 9: its larger dictionary takes 2 MB off the package.
    const options = ['--root-owner-group', `-Z${compression}`, '-z9'];
    const packed = await capture('dpkg-deb', [...options, '--build', staging, target]);
    if (packed.status !== 0) throw new Problem(`dpkg-deb: ${packed.stderr.trim()}`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return 0;
}

function stage(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  if (statSync(target).isFile()) chmodSync(target, 0o644);
}

function writeControl(request: DebRequest, staging: string): void {
  const folder = join(staging, 'DEBIAN');
  const kibibytes = Math.ceil(folderBytes(staging) / 1024);
  mkdirSync(folder);
  writeFileSync(join(folder, 'control'), controlFile(request, kibibytes));
  for (const [option, name] of [
    ['--after-install', 'postinst'],
    ['--after-remove', 'postrm'],
  ]) {
    const script = request.single.get(option);
    if (script === undefined) continue;
    copyFileSync(script, join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
}

await runProgram(() => makeDeb(process.argv.slice(2)));
