/** Debian demands both of a package; a publisher puts its own here. */
export const MAINTAINER = 'Espalier developers <espalier@example.invalid>';
export const HOMEPAGE = 'https://example.invalid/espalier';
