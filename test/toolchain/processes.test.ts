import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, onTestFinished } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'support', 'holding-children.ts');

/** Runs a program whose children each hold a connection; `connected` are all of them, `ended` once none is left. */
async function holding(command: string, args: string[], environment: NodeJS.ProcessEnv, ways: string[]) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.resume().on('error', () => undefined))).listen(0);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = {
    ...process.env,
    npm_lifecycle_event: undefined,
    ...environment,
    PORT: String(port),
    WAYS: ways.join(' '),
  };
  const parent = spawn(command, args, { env, stdio: 'ignore' });
  onTestFinished(() => void parent.kill('SIGKILL'));
  while (sockets.length < ways.length) await once(server, 'connection');
  const ended = Promise.all(sockets.map(async (socket) => void (socket.closed || (await once(socket, 'close')))));
  return { parent, ended };
}

const SHELL = `"${process.execPath}" "${PROGRAM}" $PORT $WAYS; exit`;

describe.skipIf(process.platform === 'win32')('what a program of the toolchain started', { timeout: 60_000 }, () => {
  it.each([
    [['beside']],
    [['beside', 'beside']],
    [['foreground', 'beside']],
    [['group']],
    [['foregroundGroup']],
    [['foreground', 'group']],
  ])('ends with it on SIGTERM: %j', async (ways) => {
    const { parent, ended } = await holding('bash', ['-c', `exec ${SHELL}`], {}, ways);
    const exited = once(parent, 'exit');
    parent.kill('SIGTERM');
    await ended;
    await exited;
  });

  it('ends where npm has ended its shell, which says nothing to its program', async () => {
    const { parent, ended } = await holding('sh', ['-c', SHELL], { npm_lifecycle_event: 'test' }, [
      'foreground',
      'beside',
    ]);
    parent.kill('SIGTERM');
    await ended;
  });
});
