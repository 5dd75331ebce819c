import type { LabEventName, LabEvents } from '../contract/index.ts';

export interface LabEmitter {
  /** Returns the function that stops listening. */
  on<E extends LabEventName>(event: E, listener: (payload: LabEvents[E]) => void): () => void;
  emit<E extends LabEventName>(event: E, payload: LabEvents[E]): void;
}

/** Events of a lab and who listens to them; one listener that throws keeps nothing from the others. */
export function createLabEmitter(): LabEmitter {
  const listeners = new Map<LabEventName, Set<(payload: never) => void>>();
  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) (listener as (payload: unknown) => void)(payload);
    },
  };
}
