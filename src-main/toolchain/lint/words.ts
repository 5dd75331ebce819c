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
const TESTS = [
  ...['bench', 'cli', 'contract', 'datasets', 'desktop', 'docs', 'e2e', 'engine', 'lab', 'networks', 'numerics'],
  ...['renderer', 'store', 'support', 'toolchain', 'topology', 'training'],
].map((folder) => `test/${folder}`);

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
    where: EVERYWHERE,
  },
  {
    word: 'told',
    pattern: /\btold\b/i,
    instead: 'reported, known, distinguished, given',
    reason: 'data is not told anything',
    where: EVERYWHERE,
  },
  {
    word: 'lie',
    pattern: /\b(lies?|lying)\b/i,
    // A migration's text is what data folders were made with.
    allowed: /The bytes lie in checkpoints/,
    instead: 'is, is stored, is laid out',
    reason: 'the word has another meaning',
    where: EVERYWHERE,
  },
  {
    word: 'place',
    pattern: /\b[Pp]laces?(?![a-z])|[a-z]Places?(?![a-z])|(?<![A-Z])PLACES?(?![A-Z])/,
    allowed:
      // How computing says that no copy is made; English and CSS; a column of stored studies.
      /\bin[- ]?place\b|InPlace|\btakes? place\b|\bin place of\b|place-items|\bfirst place\b|\bdecimal places\b|`place` of `study_runs`|study_runs\.place\b|\brun, @?place, @?label\b|\bplace: pointIndex\b|\blast place\b|\bplace INTEGER|-- place: .*/gi,
    instead: 'pixel, kernel position, index, file, folder, study point: which of them it is',
    reason: 'it stood for all of these',
    where: [...EVERYWHERE, ...TESTS],
  },
];
