import {
  isWeightLayer,
  type LayerSpecification,
  type NetworkSpecification,
} from '../../../src-main/networks/specification.ts';
import { buildNamedNetwork } from '../../../src-main/networks/zoo/index.ts';

export const GPU_CASES = ['mlp', 'conv', 'resnet18'] as const;
export type GpuCase = (typeof GPU_CASES)[number];

export interface CaseShape {
  title: string;
  batch: number;
  network: NetworkSpecification;
}

const IMAGES = { shape: [32, 32, 3] as [number, number, number], classes: 10 };
const SMALL_IMAGES = { shape: [8, 8, 3] as [number, number, number], classes: 10 };

/** The networks that are measured; on a software adapter small ones of the same build, which take it seconds. */
export function caseShape(name: GpuCase, isSoftware: boolean): CaseShape {
  switch (name) {
    case 'mlp':
      return isSoftware
        ? { title: 'mlp 192-96-96-10', batch: 32, network: buildNamedNetwork('mlp-96-96', SMALL_IMAGES) }
        : { title: 'mlp 3072-4096-4096-10', batch: 512, network: buildNamedNetwork('mlp-4096-4096', IMAGES) };
    case 'conv':
      return isSoftware
        ? {
            title: 'conv 8-8-M-16-16-M-32-M',
            batch: 8,
            network: narrowed(buildNamedNetwork('cnn-small', SMALL_IMAGES)),
          }
        : { title: 'conv 64-64-M-128-128-M-256-M', batch: 64, network: buildNamedNetwork('cnn-small', IMAGES) };
    case 'resnet18':
      return isSoftware
        ? {
            title: 'resnet18, an eighth as wide',
            batch: 8,
            network: narrowed(buildNamedNetwork('resnet18', SMALL_IMAGES)),
          }
        : { title: 'resnet18', batch: 128, network: buildNamedNetwork('resnet18', IMAGES) };
  }
}

const NARROWING = 8;

/** An eighth of all channels, but for the image's own and the classes. */
function narrowed(network: NetworkSpecification): NetworkSpecification {
  const last = network.layers.findLast(isWeightLayer);
  const first = network.layers.find(isWeightLayer);
  const layers = network.layers.map((layer): LayerSpecification => {
    if (layer.kind === 'batch-norm') return { ...layer, features: layer.features / NARROWING };
    if (!isWeightLayer(layer)) return layer;
    const inputs = layer === first ? layer.inputs : layer.inputs / NARROWING;
    return { ...layer, inputs, outputs: layer === last ? layer.outputs : layer.outputs / NARROWING };
  });
  return { ...network, name: `${network.name}-narrow`, layers };
}
