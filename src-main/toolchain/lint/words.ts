/** Words that texts, comments and names do not use, because they are private or mean too much. */
export interface AvoidedWord {
  word: string;
  /** As it stands in a line or a file's path; phrases that are ordinary English are taken out before. */
  pattern: RegExp;
  allowed?: RegExp;
  instead: string;
  reason: string;
  /** Folders and files that keep to it. */
  where: readonly string[];
}

const EVERYWHERE = ['src-main', 'src-renderer', 'docs', 'README.md', 'CONTRIBUTING.md'];
/** Of src-main the rooms that have been gone through. */
const REVISED = ['contract', 'numerics', 'topology', 'networks', 'training', 'desktop'].map(
  (room) => `src-main/${room}`,
);

export const AVOIDED_WORDS: readonly AvoidedWord[] = [
  {
    word: 'wish',
    pattern: /\bwish(es|ed)?\b|Wish/,
    instead: 'command, request',
    reason: 'what the lab sends to a trainer is a command in the words of every other program',
    where: EVERYWHERE,
  },
  {
    word: 'takers',
    pattern: /\btakers?\b/i,
    instead: 'consumers, readers',
    reason: 'graphs have consumers',
    where: EVERYWHERE,
  },
  {
    word: 'Interface',
    pattern: /\bInterface\b/,
    // The Vulkan term.
    allowed: /Driver Interface/,
    instead: 'the name of what it holds',
    reason: 'a type called Interface says nothing',
    where: ['src-main', 'src-renderer'],
  },
  {
    word: 'Opening',
    pattern: /\b[A-Z]\w*Opening\b/,
    instead: 'Options',
    reason: 'what a function is given to open something with are its options',
    where: [...REVISED, 'src-main/engine', 'src-main/datasets', 'src-main/lab', 'src-main/cli', 'src-renderer'],
  },
  {
    word: 'told',
    pattern: /\btold\b/i,
    instead: 'reported, known, distinguished, given',
    reason: 'data is not told anything',
    where: [...REVISED, 'src-main/engine', 'src-renderer', 'docs', 'README.md', 'CONTRIBUTING.md'],
  },
  {
    word: 'lie',
    pattern: /\b(lies?|lying)\b/i,
    instead: 'is, is stored, is laid out',
    reason: 'the word has another meaning',
    where: [...REVISED, 'src-main/engine', 'src-renderer', 'docs', 'README.md', 'CONTRIBUTING.md'],
  },
  {
    word: 'place',
    pattern: /\b[Pp]laces?(?![a-z])|[a-z]Places?(?![a-z])|(?<![A-Z])PLACES?(?![A-Z])/,
    // The first is how computing says that no copy is made; the others are English and CSS.
    allowed:
      /\bin[- ]?place\b|InPlace|\btakes? place\b|\bin place of\b|place-items|\bfirst place\b|\bdecimal places\b/gi,
    instead: 'pixel, kernel position, index, file, folder, study point: which of them it is',
    reason: 'it stood for all of these',
    where: [
      ...REVISED,
      ...['engine', 'toolchain', 'cli', 'datasets'].map((room) => `src-main/${room}`),
      ...['src-renderer', 'docs', 'README.md', 'CONTRIBUTING.md'],
      ...['engine', 'networks', 'topology', 'numerics', 'training', 'contract', 'toolchain'].map(
        (room) => `test/${room}`,
      ),
      ...['renderer', 'desktop', 'cli', 'datasets', 'support', 'e2e', 'bench', 'docs'].map((room) => `test/${room}`),
    ],
  },
];
