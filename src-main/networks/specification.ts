/** A network as data: no arithmetic. Every engine opens it from here. */

export interface LinearLayer {
  kind: 'linear';
  name: string;
  inputs: number;
  outputs: number;
  bias: boolean;
}

export interface ReluLayer {
  kind: 'relu';
  name: string;
}

export type LayerSpecification = LinearLayer | ReluLayer;

/** Layers in order of the forward pass; the last one gives the logits. */
export interface NetworkSpecification {
  name: string;
  /** `[height, width, channels]` */
  inputShape: [number, number, number];
  classes: number;
  layers: LayerSpecification[];
}

/** The layers that carry prunable weights, in order; a layer's *index* everywhere in Espalier is its place here. */
export function prunableLayers(network: NetworkSpecification): LinearLayer[] {
  return network.layers.filter((layer) => layer.kind === 'linear');
}
