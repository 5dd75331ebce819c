import { formatRoute, parseRoute, type Route } from './routes.ts';

let current = $state.raw<Route>(parseRoute(location.hash));

window.addEventListener('hashchange', () => (current = parseRoute(location.hash)));

export const router = {
  get route(): Route {
    return current;
  },
};

export function go(route: Route): void {
  location.hash = formatRoute(route);
}
