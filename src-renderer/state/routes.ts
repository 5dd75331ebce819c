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
  | { page: 'methods' }
  | { page: 'devices' }
  | { page: 'settings' };

export type PageName = Route['page'];

const SIMPLE: readonly PageName[] = ['welcome', 'trash', 'datasets', 'methods', 'devices', 'settings'];

/** Half of a surrogate pair is no character, and has no address. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

/** What is no escape (`%`, `%ff`) stands as it is. */
function decoded(part: string): string {
  try {
    return wellFormed(decodeURIComponent(part));
  } catch {
    return wellFormed(part);
  }
}

const encoded = (text: string): string => encodeURIComponent(wellFormed(text));

/** Reads `#/runs/ID/masks` and the like; anything unknown leads to the runs. */
export function parseRoute(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(decoded);
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
  if (route.page === 'run') return `#/runs/${encoded(route.id)}`;
  if (route.page === 'masks') return `#/runs/${encoded(route.id)}/masks`;
  if (route.page === 'dataset') return `#/datasets/${encoded(route.id)}`;
  if (route.page === 'compare') {
    return route.ids.length ? `#/compare?runs=${route.ids.map(encoded).join(',')}` : '#/compare';
  }
  if (route.page === 'studies') {
    return route.id === null ? '#/studies' : `#/studies/${encoded(route.id)}`;
  }
  if (route.page === 'launch') {
    return route.from === null ? '#/launch' : `#/launch?from=${encoded(route.from)}`;
  }
  return `#/${route.page}`;
}
