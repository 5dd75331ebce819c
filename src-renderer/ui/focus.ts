/** Gives the focus back to what had it, where that is still there and nothing else has taken the focus meanwhile. */
export function giveFocusBack(to: Element | null): void {
  const isFree = document.activeElement === null || document.activeElement === document.body;
  if (isFree && to instanceof HTMLElement && to.isConnected) to.focus({ preventScroll: true });
}
