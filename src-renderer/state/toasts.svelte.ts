import { messageOf } from './bridge.ts';
import { withToast } from './toast-limit.ts';

export interface Toast {
  id: number;
  kind: 'done' | 'error';
  text: string;
  action: { label: string; run: () => void } | null;
}

let toasts = $state.raw<readonly Toast[]>([]);
let nextId = 1;

export const toastList = {
  get all(): readonly Toast[] {
    return toasts;
  },
};

/** Says what was done; goes by itself, later where it offers an action. */
export function toast(text: string, action: Toast['action'] = null): void {
  show({ id: nextId++, kind: 'done', text, action }, action ? 10_000 : 4_000);
}

/** Says what went wrong; stays until closed. */
export function toastError(error: unknown): void {
  show({ id: nextId++, kind: 'error', text: messageOf(error), action: null }, null);
}

export function closeToast(id: number): void {
  toasts = toasts.filter((other) => other.id !== id);
}

function show(entry: Toast, milliseconds: number | null): void {
  toasts = withToast(toasts, entry);
  if (milliseconds !== null) setTimeout(() => closeToast(entry.id), milliseconds);
}
