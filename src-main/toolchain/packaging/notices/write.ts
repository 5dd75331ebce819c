import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outFolder } from '../../support/folders.ts';
import { HOMEPAGE, MAINTAINER } from '../publisher.ts';
import { debianCopyright } from './debian-copyright.ts';
import { collectNotices, noticesText, ownLicence } from './notices.ts';

/** For people, beside the app's archive. */
export const NOTICES_FILE = join(outFolder, 'notices', 'THIRD-PARTY-NOTICES.txt');
/** For Debian. */
export const COPYRIGHT_FILE = join(outFolder, 'notices', 'copyright');

/** Writes what the app owes to others into `out/notices/`. @throws {Problem} as `collectNotices` */
export function writeNotices(): void {
  const notices = collectNotices();
  mkdirSync(join(outFolder, 'notices'), { recursive: true });
  writeFileSync(NOTICES_FILE, noticesText(notices));
  const owner = MAINTAINER.replace(/ <.*$/, '');
  writeFileSync(COPYRIGHT_FILE, debianCopyright({ notices, own: ownLicence(), owner, source: HOMEPAGE }));
}
