import type { LicenceId } from './licences.ts';

/** Somebody's work inside a package that is somebody else's. */
export interface Component {
  readonly name: string;
  /** The package that it is part of, such as `sharp`. */
  readonly inside: string;
  readonly licences: readonly LicenceId[];
  readonly copyright: readonly string[];
  readonly note?: string;
}

const SHARP = '@img/sharp-wasm32';
const LATER = 'Used under version 3 by the "any later version" clause of its licence.';

/**
 * What the licence files of the packages do not say. The libraries inside sharp's WebAssembly build are those of its
 * `versions.json` and of the table in its README; a test compares the names.
 */
export const COMPONENTS: readonly Component[] = [
  {
    name: 'SQLite',
    inside: 'better-sqlite3',
    licences: ['blessing'],
    copyright: ['None: its authors have dedicated SQLite to the public domain'],
  },
  {
    name: 'Brotli decoder',
    inside: 'hyparquet-compressors',
    licences: ['Apache-2.0'],
    copyright: ['Copyright 2013 Google Inc.'],
    note: 'Ported from brotli.js; changed by the authors of hyparquet-compressors.',
  },
  {
    name: 'fflate',
    inside: 'hyparquet-compressors',
    licences: ['MIT'],
    copyright: ['Copyright (c) 2023 Arjun Barrett'],
  },
  { name: 'SnappyJS', inside: 'hyparquet', licences: ['MIT'], copyright: ['Copyright (c) 2016 Zhipeng Jia'] },
  {
    name: 'MNIST digits',
    inside: 'mnist',
    licences: ['CC-BY-SA-3.0'],
    copyright: ['Yann LeCun and Corinna Cortes'],
    note: 'Ten thousand images of the MNIST database, as numbers in JSON.',
  },
  {
    name: 'aom',
    inside: SHARP,
    licences: ['BSD-2-Clause'],
    copyright: ['Copyright (c) 2016, Alliance for Open Media. All rights reserved.'],
    note: 'With the Alliance for Open Media Patent License 1.0: https://aomedia.org/license/patent-license/',
  },
  { name: 'cgif', inside: SHARP, licences: ['MIT'], copyright: ['Copyright (c) 2021 Daniel Löbl'] },
  { name: 'emscripten', inside: SHARP, licences: ['MIT'], copyright: ['Copyright (c) 2010-2014 Emscripten authors'] },
  {
    name: 'expat',
    inside: SHARP,
    licences: ['MIT'],
    copyright: [
      'Copyright (c) 1998-2000 Thai Open Source Software Center Ltd and Clark Cooper',
      'Copyright (c) 2001-2025 Expat maintainers',
    ],
  },
  {
    name: 'glib',
    inside: SHARP,
    licences: ['LGPL-3.0-or-later'],
    copyright: ['Copyright (C) the GLib developers, Red Hat, Inc. and others'],
    note: LATER,
  },
  {
    name: 'highway',
    inside: SHARP,
    licences: ['BSD-3-Clause'],
    copyright: ['Copyright (c) The Highway Project Authors. All rights reserved.'],
  },
  { name: 'lcms', inside: SHARP, licences: ['MIT'], copyright: ['Copyright (c) 2023 Marti Maria Saguer'] },
  {
    name: 'libexif',
    inside: SHARP,
    licences: ['LGPL-3.0-or-later'],
    copyright: ['Copyright (C) Lutz Müller, Hubert Figuiere, Dan Fandrich and others'],
    note: LATER,
  },
  {
    name: 'libffi',
    inside: SHARP,
    licences: ['MIT'],
    copyright: ['Copyright (c) 1996-2025 Anthony Green, Red Hat, Inc and others.'],
  },
  {
    name: 'libheif',
    inside: SHARP,
    licences: ['LGPL-3.0-or-later'],
    copyright: ['Copyright (c) 2017-2025 Dirk Farin and struktur AG'],
    note: LATER,
  },
  {
    name: 'libimagequant',
    inside: SHARP,
    licences: ['BSD-2-Clause'],
    copyright: [
      'Copyright (c) 1989, 1991 by Jef Poskanzer',
      'Copyright (c) 1997, 2000, 2002 by Greg Roelofs',
      'Copyright (c) 2009-2018 by Kornel Lesiński',
    ],
  },
  {
    name: 'libnsgif',
    inside: SHARP,
    licences: ['MIT'],
    copyright: ['Copyright 2004 Richard Wilson', 'Copyright 2008 Sean Fox', 'Copyright 2013-2022 Michael Drake'],
  },
  {
    name: 'libpng',
    inside: SHARP,
    licences: ['libpng-2.0'],
    copyright: [
      'Copyright (c) 1995-2025 The PNG Reference Library Authors.',
      'Copyright (c) 2018-2025 Cosmin Truta',
      'Copyright (c) 1998-2018 Glenn Randers-Pehrson',
      'Copyright (c) 1996-1997 Andreas Dilger',
      'Copyright (c) 1995-1996 Guy Eric Schalnat, Group 42, Inc.',
    ],
  },
  {
    name: 'libtiff',
    inside: SHARP,
    licences: ['libtiff'],
    copyright: ['Copyright (c) 1988-1997 Sam Leffler', 'Copyright (c) 1991-1997 Silicon Graphics, Inc.'],
  },
  {
    name: 'libultrahdr',
    inside: SHARP,
    licences: ['MIT'],
    copyright: ['Copyright 2022 The Android Open Source Project'],
  },
  {
    name: 'libvips',
    inside: SHARP,
    licences: ['LGPL-3.0-or-later'],
    copyright: ['Copyright (C) John Cupitt and others'],
    note: `${LATER} It is a file of its own (sharp-wasm32-*.wasm), which another build of it can replace; sources and the way to build it: https://github.com/lovell/sharp-libvips`,
  },
  {
    name: 'libwebp',
    inside: SHARP,
    licences: ['BSD-3-Clause'],
    copyright: ['Copyright (c) 2010, Google Inc. All rights reserved.'],
  },
  {
    name: 'mozjpeg',
    inside: SHARP,
    licences: ['Zlib', 'IJG', 'BSD-3-Clause'],
    copyright: [
      'Copyright (C) 1991-2020, Thomas G. Lane, Guido Vollbeding',
      'Copyright (C) 2009-2024 D. R. Commander. All Rights Reserved.',
      'Copyright (C) 2014 Mozilla Corporation',
    ],
    note: 'This software is based in part on the work of the Independent JPEG Group.',
  },
  { name: 'resvg', inside: SHARP, licences: ['MIT'], copyright: ['Copyright (c) 2018 the Resvg Authors'] },
  {
    name: 'zlib-ng',
    inside: SHARP,
    licences: ['Zlib'],
    copyright: ['Copyright (C) 1995-2024 Jean-loup Gailly and Mark Adler'],
  },
];
