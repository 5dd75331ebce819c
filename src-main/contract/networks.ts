/** Networks with a name of their own; their definitions stand in `networks/zoo`. */
export const NETWORK_NAMES = [
  'lenet300-100',
  'lenet5',
  'cnn-small',
  'vgg-c',
  'vgg-d',
  'vgg16',
  'vgg19',
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet50-imagenet',
  'wrn-28-2',
  'wrn-16-8',
  'wrn-28-10',
] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

const MLP_PATTERN = /^mlp(-[1-9][0-9]{0,6}){1,8}$/;

/** Hidden widths of a multilayer perceptron: `mlp-256-128` is input-256-128-classes; null where it is no such name. */
export const hiddenWidths = (name: string): number[] | null =>
  MLP_PATTERN.test(name) ? name.split('-').slice(1).map(Number) : null;

export const isNetworkName = (name: string): boolean =>
  (NETWORK_NAMES as readonly string[]).includes(name) || hiddenWidths(name) !== null;

/** What a form offers. */
export const NETWORK_SUGGESTIONS = ['mlp-256-128', 'mlp-512-512', 'mlp-1024-1024', ...NETWORK_NAMES] as const;
