/** The methods by which a topology is trained; docs/methods.md defines each. */
export const METHOD_NAMES = [
  'dense',
  'static',
  'snip',
  'grasp',
  'synflow',
  'set',
  'rigl',
  'set-itop',
  'rigl-itop',
  'random-unfired',
  'snfs',
  'dsr',
  'deepr',
  'mest',
  'gmp',
  'granet',
  'ac-dc',
  'top-kast',
  'cht',
  'chts',
  'chtss',
  'srigl',
  'rigl-nm',
  'rigl-blocks',
] as const;
export type MethodName = (typeof METHOD_NAMES)[number];

/** Methods that the ITOP reference code has. */
export const REFERENCE_METHODS = ['set', 'rigl', 'set-itop', 'rigl-itop'] as const satisfies readonly MethodName[];
