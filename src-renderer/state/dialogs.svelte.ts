import type { Question } from './questions.ts';

let open = $state.raw<{ question: Question; answer: (yes: boolean) => void } | null>(null);
let isPaletteOpen = $state(false);

export const dialogs = {
  get question(): Question | null {
    return open?.question ?? null;
  },
  get isPaletteOpen(): boolean {
    return isPaletteOpen;
  },
};

/** Asks, and resolves to the answer; Esc means no. */
export function confirm(question: Question): Promise<boolean> {
  open?.answer(false);
  return new Promise((resolve) => (open = { question, answer: resolve }));
}

export function answerQuestion(yes: boolean): void {
  const asked = open;
  open = null;
  asked?.answer(yes);
}

export function showPalette(isOpen: boolean): void {
  isPaletteOpen = isOpen;
}
