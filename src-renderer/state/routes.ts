/** Where the person is, as the fragment of the address; pure, so links are plain `href`s. */
export type Route =
  | { page: 'welcome' }
  | { page: 'runs' }
  | { page: 'trash' }
  | { page: 'run'; id: string }
  | { page: 'masks'; id: string }
  | { page: 'compare'; ids: string[] }
  | { page: 'launch'; from: string | null }
  /** null lists them; `new` is the form. */
  | { page: 'studies'; id: string | null }
  | { page: 'datasets' }
  | { page: 'dataset'; id: string }
  | { page: 'devices' }
  | { page: 'settings' };

export type PageName = Route['page'];

const SIMPLE: readonly PageName[] = ['welcome', 'trash', 'datasets', 'devices', 'settings'];

/** Reads `#/runs/ID/masks` and the like; anything unknown leads to the runs. */
export function parseRoute(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  const [head, id, tail] = parts;
  if (head === 'runs' && id && tail === 'masks') return { page: 'masks', id };
  if (head === 'runs' && id) return { page: 'run', id };
  if (head === 'datasets' && id) return { page: 'dataset', id };
  if (head === 'compare') return { page: 'compare', ids: (parameters.get('runs') ?? '').split(',').filter(Boolean) };
  if (head === 'studies') return { page: 'studies', id: id ?? null };
  if (head === 'launch') return { page: 'launch', from: parameters.get('from') };
  const simple = SIMPLE.find((name) => name === head);
  return simple ? ({ page: simple } as Route) : { page: 'runs' };
}

/** The address of a route, for `href` and `location.hash`. */
export function formatRoute(route: Route): string {
  if (route.page === 'run') return `#/runs/${encodeURIComponent(route.id)}`;
  if (route.page === 'masks') return `#/runs/${encodeURIComponent(route.id)}/masks`;
  if (route.page === 'dataset') return `#/datasets/${encodeURIComponent(route.id)}`;
  if (route.page === 'compare') {
    return route.ids.length ? `#/compare?runs=${route.ids.map(encodeURIComponent).join(',')}` : '#/compare';
  }
  if (route.page === 'studies') {
    return route.id === null ? '#/studies' : `#/studies/${encodeURIComponent(route.id)}`;
  }
  if (route.page === 'launch') {
    return route.from === null ? '#/launch' : `#/launch?from=${encodeURIComponent(route.from)}`;
  }
  return `#/${route.page}`;
}
