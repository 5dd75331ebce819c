import { protocol } from 'electron';
import { SCHEME, respond } from './respond.ts';

/** Makes `app://` an origin of its own, with a secure context. Must be called before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/**
 * Serves the built window.
 * @param folder where the renderer's build is
 * @param extra pages made up at run time, by path
 */
export function serveApplication(folder: string, extra: ReadonlyMap<string, string>): void {
  protocol.handle(SCHEME, (request) => respond(request, folder, extra));
}
