import { app, type Session, type WebContents } from 'electron';
import { isAllowedDownload, isAllowedPermission, isAllowedRequest } from './policies.ts';

/** Locks down every web contents that will ever be made. Call before the first window. */
export function secureApplication(developmentServer: string | null): void {
  app.on('web-contents-created', (_event, contents) => secureContents(contents, developmentServer));
  app.on('session-created', (session) => secureSession(session, developmentServer));
}

/** The window shows one page, moved by fragment; it never goes anywhere else and opens nothing. */
function secureContents(contents: WebContents, developmentServer: string | null): void {
  const deny = (event: { url: string; preventDefault(): void }) => {
    // The development server reloads the page after an edit.
    const isReload = developmentServer !== null && event.url === contents.getURL();
    if (!isReload) event.preventDefault();
  };
  contents.on('will-navigate', deny);
  contents.on('will-frame-navigate', deny);
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function secureSession(session: Session, developmentServer: string | null): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isAllowedPermission(permission, details.requestingUrl, developmentServer)),
  );
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    isAllowedPermission(permission, requestingOrigin, developmentServer),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler(null);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !isAllowedRequest(url, developmentServer) }),
  );
  session.on('will-download', (event, item) => {
    if (!isAllowedDownload(item.getURL(), developmentServer)) event.preventDefault();
  });
}
