import { utilityProcess, type MessagePortMain } from 'electron';
import type { MethodSource } from '../../contract/index.ts';
import type { MethodOptions } from '../../training/rules/prepared-method.ts';

/** What the process is given at its start, by the app alone. */
export interface RulesStart {
  source: MethodSource;
  opening: MethodOptions;
}

/**
 * Starts the process in which a person's own method runs while its run trains in the hidden window: asked over `port`,
 * past the main process.
 * @param onEnd hears of an end that nobody asked for
 */
export function startRulesProcess(
  entry: string,
  start: RulesStart,
  port: MessagePortMain,
  onEnd: (message: string) => void,
): { end(): void } {
  let isOver = false;
  const child = utilityProcess.fork(entry, [], { serviceName: 'Espalier: rules', stdio: 'inherit' });
  child.postMessage(start, [port]);
  child.on('exit', (code) => {
    if (isOver) return;
    const { configuration } = start.opening;
    onEnd(`The process of the method ${configuration.method} (${start.source.file}) ended: exit code ${code}.`);
  });
  return {
    end() {
      isOver = true;
      child.kill();
    },
  };
}
