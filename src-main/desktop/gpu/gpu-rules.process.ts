import { guardMethod } from '../../own-methods/guard-method.ts';
import { loadMethod } from '../../own-methods/load-method.ts';
import type { RulesRequest } from '../../training/rules/rule-messages.ts';
import { serveMethod } from '../../training/rules/serve-method.ts';
import type { RulesStart } from './rules-process.ts';

/**
 * Entry of the process in which a person's own method runs while its run trains in the hidden window, whose sandbox loads
 * no code but ours. It gets the method's file from the app; the trainer's end of the port can only ask.
 */

process.parentPort.once('message', ({ data, ports: [port] }) => {
  const { source, opening } = data as RulesStart;
  const hear = serveMethod(
    () => guardMethod(loadMethod(source), source),
    opening,
    (answer) => port.postMessage(answer),
  );
  port.on('message', (event) => hear(event.data as RulesRequest));
  port.on('close', () => process.exit(0));
  port.start();
});
