/** Entrances that are driven through the real window, by `test/e2e/fuzz.e2e.ts`. */
export interface WindowEntrance {
  name: string;
  what: string;
}

export const windowEntrances: readonly WindowEntrance[] = [
  { name: 'window-ipc', what: 'messages of the real window’s page to the main process and its lab' },
  { name: 'window-urls', what: 'app:// addresses fetched by the real window, and fragments that it is led to' },
];
