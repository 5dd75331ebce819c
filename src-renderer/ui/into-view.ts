/** An attachment for what answers a click further up or down: scrolls as far as it takes to see it. */
export const intoView = (element: HTMLElement): void => element.scrollIntoView({ block: 'nearest' });
