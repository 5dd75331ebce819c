/** The floors of docs/architecture.md. A room imports only rooms on a smaller number; no room imports the toolchain. */
export const FLOORS: Readonly<Record<string, number>> = {
  cli: 12,
  desktop: 11,
  lab: 10,
  store: 9,
  training: 8,
  datasets: 7,
  'own-methods': 7,
  engine: 6,
  networks: 5,
  topology: 4,
  numerics: 3,
  contract: 1,
};

/** The folders of src-renderer have floors too: the window's shell on top of pages, charts and what all of them show. */
export const RENDERER_FLOORS: Readonly<Record<string, number>> = {
  shell: 7,
  study: 6,
  launch: 5,
  runs: 5,
  compare: 4,
  datasets: 4,
  devices: 4,
  methods: 4,
  run: 4,
  settings: 4,
  topology: 4,
  welcome: 4,
  charts: 3,
  state: 2,
  ui: 1,
};

/** Rooms whose code must run anywhere, and the file endings that are let off. */
const NODE_FREE: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  numerics: [],
  topology: [],
  networks: [],
  training: ['.worker.ts', '.node.ts'],
  engine: ['.worker.ts', '.node.ts'],
  renderer: [],
};

/** What a room may take from npm where that is limited. Rooms that are not named may take anything. */
const PACKAGES_ALLOWED: Readonly<Record<string, readonly string[]>> = {
  contract: ['valibot'],
};

export interface RoomFile {
  /** A room of src-main, or `toolchain`, `renderer`, `test`; null for anything else. */
  readonly room: string | null;
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
}

/** The room that a file is in. `path` is relative to the repository's root. */
export function roomFileOf(path: string): RoomFile {
  const normal = path.replaceAll('\\', '/');
  const parts = normal.split('/');
  if (parts[0] === 'src-renderer') return { room: 'renderer', path: normal };
  if (parts[0] === 'test') return { room: 'test', path: normal };
  if (parts[0] === 'src-main' && parts.length > 2) return { room: parts[1], path: normal };
  return { room: null, path: normal };
}

/** What is wrong with a file importing another one, or null. */
export function judgeImport(from: RoomFile, to: RoomFile): string | null {
  if (from.room === 'renderer' && to.room === 'renderer') return judgeRendererImport(from.path, to.path);
  if (from.room === null || from.room === 'test' || from.room === to.room) return null;
  if (from.room === 'toolchain') return `The toolchain stands beside the rooms: it imports no room (${to.path}).`;
  if (to.room === 'toolchain') return `No room imports the toolchain (${to.path}).`;
  if (to.room === 'test') return `The product does not import its tests (${to.path}).`;
  if (from.room === 'renderer') {
    return to.room === 'contract' ? null : `src-renderer reaches src-main only through contract, not ${to.path}.`;
  }
  if (to.room === 'renderer') return `src-main does not import the renderer (${to.path}).`;
  if (to.room === null) return null;
  const [fromFloor, toFloor] = [FLOORS[from.room], FLOORS[to.room]];
  if (fromFloor === undefined) return `src-main/${from.room} is no room of docs/architecture.md.`;
  if (toFloor === undefined) return `src-main/${to.room} is no room of docs/architecture.md.`;
  if (toFloor < fromFloor) return null;
  return `${from.room} (floor ${fromFloor}) imports ${to.room} (floor ${toFloor}): a room imports only rooms below it.`;
}

/** `App.svelte` and the entry stand above all folders. */
function judgeRendererImport(from: string, to: string): string | null {
  const [fromFolder, toFolder] = [from, to].map((path) => path.split('/').slice(1, -1)[0]);
  if (fromFolder === undefined || fromFolder === toFolder) return null;
  if (toFolder === undefined) return `src-renderer/${fromFolder} imports ${to}, which stands above all folders.`;
  const [fromFloor, toFloor] = [RENDERER_FLOORS[fromFolder], RENDERER_FLOORS[toFolder]];
  if (fromFloor === undefined) return `src-renderer/${fromFolder} is no folder of docs/architecture.md.`;
  if (toFloor === undefined) return `src-renderer/${toFolder} is no folder of docs/architecture.md.`;
  if (toFloor < fromFloor) return null;
  return `src-renderer/${fromFolder} (floor ${fromFloor}) imports src-renderer/${toFolder} (floor ${toFloor}): a folder imports only folders below it.`;
}

/** What is wrong with a file's name, or null: components in PascalCase as Svelte has them, all else in kebab-case. */
export function judgeFileName(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const [convention, pattern] = name.endsWith('.svelte')
    ? ['PascalCase', /^[A-Z][A-Za-z0-9]*\.svelte$/]
    : ['kebab-case', /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/];
  return pattern.test(name) ? null : `The file name ${name} is not in ${convention}.`;
}

/** What is wrong with a file importing this package or Node module, or null. */
export function judgePackage(from: RoomFile, specifier: string, isNodeModule: boolean): string | null {
  const { room, path } = from;
  if (room === null || room === 'test' || room === 'toolchain') return null;
  if (isNodeModule) {
    const letOff = NODE_FREE[room];
    if (letOff === undefined || letOff.some((ending) => path.endsWith(ending))) return null;
    const exceptions = letOff.length > 0 ? ` outside *${letOff.join(' and *')}` : '';
    return `${room} uses no Node API${exceptions}: ${specifier}`;
  }
  if (specifier === 'electron' && room !== 'desktop') return `Only desktop imports electron, not ${room}.`;
  const allowed = PACKAGES_ALLOWED[room];
  if (allowed && !allowed.includes(specifier)) return `${room} imports nothing but ${allowed.join(', ')}: ${specifier}`;
  return null;
}

interface GuardedApi {
  readonly name: string;
  /** The files that may use it. */
  readonly files: RegExp;
  readonly reason: string;
}

/** Electron's sharp tools, each in the one file that checks what goes through it. */
export const GUARDED_APIS: readonly GuardedApi[] = [
  {
    name: 'ipcMain',
    files: /^src-main\/desktop\/ipc(\.ts|\/)/,
    reason: 'every message is validated and its sender checked in src-main/desktop/ipc',
  },
  {
    name: 'ipcRenderer',
    files: /^src-main\/desktop\/(gpu\/)?[^/]+\.preload\.ts$/,
    reason: 'only the preload speaks to main, through the typed contract',
  },
  {
    name: 'shell.openExternal',
    files: /^src-main\/desktop\/security(\.ts|\/)/,
    reason: 'src-main/desktop/security decides which addresses may leave the app',
  },
];
