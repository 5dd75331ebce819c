import { judgeSender } from '../../../src-main/desktop/sender.ts';
import { answer } from '../../../src-main/desktop/answer.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { messageCases, SOME_RUN, type MessageCase } from '../mutation/messages.ts';
import { openRealLab } from './real-lab.ts';

/** Messages of a window: who sends them, their arguments, and what the lab makes of them. */
export const messages: Entrance<MessageCase> = {
  name: 'ipc',
  what: 'messages of a window on every channel: sender, arguments, and the lab’s answer',
  refusals: ['RefusedMessageError', 'InvalidConfigurationError', 'StoreError', 'DatasetError', 'LabError'],
  longestMessage: 10_000,
  async open({ folder }) {
    const { lab, runId, close } = await openRealLab(folder);
    return {
      cases: messageCases,
      close,
      async run({ method, given, sender, isReal }) {
        const objection = judgeSender(sender, new Set([1]), null);
        const isOurs =
          sender.contentsId === 1 && sender.isMainFrame && sender.frameAddress === 'app://espalier/index.html';
        expectThat((objection === null) === isOurs, 'hears whom it must not hear');
        if (objection !== null) return;
        const reply = await answer(method, isReal ? withRun(given, runId) : given, Promise.resolve(lab));
        if (reply.ok || reply.name === 'Started') return;
        throw Object.assign(new Error(reply.message), { name: reply.name });
      },
    };
  },
};

/** In the list of arguments, and in lists that are arguments. */
const withRun = (given: unknown, runId: string, depth = 0): unknown => {
  if (given === SOME_RUN) return runId;
  return Array.isArray(given) && depth < 2 ? given.map((value) => withRun(value, runId, depth + 1)) : given;
};
