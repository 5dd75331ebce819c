/** A method's file whose parts a test replaces: its lines are counted by the tests, so they stay. */
export interface FileParts {
  name?: string;
  /** Lines 3: what comes before the declaration. */
  before?: string;
  drop?: string;
  grow?: string;
  needsDenseGradient?: boolean;
  keys?: string;
  uses?: string;
  /** Further fields of the declaration, and of its rewiring. */
  declared?: string;
  rewired?: string;
}

/** Line 11 is the drop rule, line 12 the growth rule. */
export const methodFile = ({
  name = 'mine',
  before = '',
  drop = 'dropSmallestMagnitudes',
  grow = 'growRandom',
  needsDenseGradient = false,
  keys = '{}',
  uses = 'DROP_AND_GROW_KEYS',
  declared = '',
  rewired = '',
}: FileParts = {}): string => `import * as espalier from 'espalier';
const { createStream, defineMethod, DROP_AND_GROW_KEYS, dropSmallestMagnitudes, growLargestGradients, growRandom } = espalier;
${before}
export default defineMethod({
  name: '${name}',
  title: 'Mine',
  source: 'me',
  uses: ${uses},
  keys: ${keys},
  rewiring: {
    drop: ${drop},
    grow: ${grow},
    needsDenseGradient: ${needsDenseGradient},
    ${rewired}
  },
  ${declared}
});
`;
