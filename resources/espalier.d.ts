// Types for methods of training in Espalier. Made from its sources (npm run method-types): edits are lost.
declare module 'espalier' {
  /**
   * Every layer loses floor(rate * active) weights and gains as many. Bounded by the inactive positions, so a dense layer
   * is left alone.
   */
  export const keepCounts: (views: readonly LayerView[], { rate }: Pick<UpdateContext, 'rate'>) => LayerCounts[];

  /**
   * Down to the global density by global magnitude, then floor(rate * remaining) of every layer replaced: GraNet's two
   * steps (section 3.3 and its code); GMP's and AC/DC's compression where the rate is 0. Where the density rises to 1,
   * every layer gains all it lacks (AC/DC's decompression).
   */
  export const pruneGlobally: CountsRule;

  /**
   * Down to the global density with the same share of every layer, then floor(rate * remaining) of every layer replaced
   * (MEST's EM&S; EM where the density stays).
   */
  export const pruneLayers: CountsRule;

  /** Dense at first, then compressed and dense in turns, compressed at the end. */
  export const alternatingDensity: DensityPlan;

  /** Zhu and Gupta 2017: s_t = s_f + (s_i - s_f)(1 - t / t_end)^3. */
  export const cubicDensity: DensityPlan;

  /**
   * CHTss (Zhang et al., NeurIPS 2025, arXiv 2501.19107; the authors' code, `s_shape`): s_t = s_i + (s_f - s_i) f(t), f the
   * sigmoid of k (t - t_end / 2) with k = 6 / (t_end / 2), stretched to go from 0 to 1. Here 1 - f, by its symmetry.
   */
  export const sigmoidDensity: DensityPlan;

  /** MEST's EM&S: denser until 9/16 of the training, half-way until 3/4, final after (90 and 120 of 160 epochs). */
  export const steppedDensity: DensityPlan;

  /** Drops the weights of smallest magnitude; ties are broken by seeded noise (RigL, section 3; ITOP `magnitude`). */
  export const dropSmallestMagnitudes: (view: LayerView, count: number, { seed, update }: RuleContext) => Uint32Array;

  /**
   * SET's own rule: the same share of the positive weights nearest zero and of the negative weights nearest zero
   * (Mocanu et al. 2018, Algorithm 1). Exact zeros count as positive. The reference code's version deletes the wrong
   * negatives (itop.md 1.5); this one does not.
   */
  export const dropNearestZeroOfEachSign: (
    view: LayerView,
    count: number,
    { seed, update }: RuleContext,
  ) => Uint32Array;

  /**
   * Grows where the last batch's dense gradient is largest among inactive positions, those just dropped included (RigL,
   * section 3). Where fewer positions have a gradient at all (dead units), the rest is drawn at random: the count is
   * always met, where the reference code silently loses density (itop.md 1.5).
   */
  export const growLargestGradients: GrowRule;

  /** Grows uniformly at random among the inactive positions, those just dropped included (SET, Algorithm 1). */
  export const growRandom: GrowRule;

  /**
   * Grows uniformly at random among the positions never active so far; where fewer are left, all of them and the rest at
   * random among the inactive, those just dropped included (`random_unfired` of the ITOP code, itop.md 1.5).
   */
  export const growUnfired: GrowRule;

  /**
   * The same where `present` has lost those of `lost` ranks: `absentPositions(withoutRanks(present, lost), ranks)` without
   * the list between.
   */
  export function absentPositionsAfter(present: Positions, lost: Uint32Array, ranks: Positions): Positions;

  /** A method of what its file declares. */
  export function defineMethod<const K extends MethodKeys = Record<never, never>>(
    definition: MethodDefinition<K>,
  ): Method;

  /** Keys of a density that falls over time. */
  export const DENSITY_KEYS: readonly ['initialSparsity', 'sparsityEndFraction'];

  /** All that drop and grow at an interval needs. */
  export const DROP_AND_GROW_KEYS: readonly [
    'sparsity',
    'distribution',
    'updateEvery',
    'stopFraction',
    'pruneRate',
    'pruneSchedule',
    'growthInitialisation',
  ];

  /** Keys of updates at an interval. */
  export const INTERVAL_KEYS: readonly ['updateEvery', 'stopFraction'];

  /** Keys that any sparse mask drawn by a distribution needs. */
  export const MASK_KEYS: readonly ['sparsity', 'distribution'];

  /** Keys of weights that are dropped and replaced. */
  export const REPLACEMENT_KEYS: readonly ['pruneRate', 'pruneSchedule', 'growthInitialisation'];

  /** A configuration with the keys of a method. */
  export type Configured<K extends MethodKeys> = RunConfiguration & MethodKeyValues<K>;

  /**
   * What a configuration alone says about the exploration of each layer. closed: the closed form of itop.md 1.6 holds.
   * counted: every layer's number of weights follows from the plan, so its exploration is found by going through the
   * updates by counts. undetermined: how many weights a layer has follows from the weights themselves.
   */
  export type ExplorationKnowledge =
    | {
        kind: 'closed';
      }
    | {
        kind: 'counted';
        how: string;
      }
    | {
        kind: 'undetermined';
        why: string;
      };

  /** A training method: what the lab knows of it, and what it does at the start and at a mask update. */
  export interface Method<C extends RunConfiguration = RunConfiguration> extends MethodDescription {
    /** null: the mask never changes. */
    rewiring: Rewiring<C> | null;
    /** The initial mask takes each layer's largest initial draws. */
    startsLargest?: boolean;
    /** The initial mask follows from these scores; absent: it is drawn at random by the distribution. */
    scoring?: Scoring;
    /** The pattern that every mask has; absent: any mask may come. */
    structure?: MaskStructure<C>;
    /** What can be said of R_s before training, unless the run starts dense; absent: what follows from the rewiring. */
    exploration?: ExplorationKnowledge;
    /** Training FLOPs per sample. */
    flops: FlopsRule;
  }

  /** A method as its file declares it; the rest follows (`defineMethod`). */
  export type MethodDefinition<K extends MethodKeys> = Omit<
    Method<Configured<K>>,
    'sparse' | 'hasReference' | 'keepsLayerCounts' | 'defaults' | 'keys' | 'flops'
  > & {
    /** Absent: true. */
    sparse?: boolean;
    defaults?: MethodDescription['defaults'];
    /** Keys of its own, by name: its rules find their values in the configuration. */
    keys?: K;
    /** Absent: of the active weights, and of a dense gradient where an update needs one. */
    flops?: FlopsRule;
  };

  export interface Rewiring<C extends RunConfiguration = RunConfiguration> {
    drop: DropRule<C>;
    grow: GrowRule<C>;
    /** An update costs a dense gradient of one batch. */
    needsDenseGradient: boolean;
    /** What each layer loses and gains, planned together; absent: each keeps its count (`keepCounts`). */
    counts?: CountsRule<C>;
    /** `counts` leaves every layer the number of weights that it has. */
    keepsCounts?: boolean;
    /** Steps after which the mask is updated; absent: every update interval, up to the stop fraction. */
    steps?(configuration: C, totalSteps: number): number[];
    /** Global density over time; absent: constant. */
    density?: DensityPlan;
    /**
     * Gradients of every position that growth goes by in place of the last batch's: their sum over the last `steps` steps
     * before an update, or with Infinity over all of them, each step's weighing `decay` times less than the next. null: of
     * the last batch alone. Needs memory and work of the dense network.
     */
    remembers?(configuration: C): {
      decay: number;
      steps: number;
    } | null;
    /**
     * Inactive weights keep values, and the largest of them are trained without taking part in the forward pass: how many,
     * as a share of the active ones. Needs memory for every position.
     */
    holds?(configuration: C): number;
    /** false: nothing dropped for being weak is replaced, so there is no prune rate. */
    regenerates?: boolean;
    /** Growth takes positions never active before it takes any other. */
    prefersUnexplored?: boolean;
    /** What an update replaces in place of the prune rate's share. */
    replaces?: ReplacedShare;
    /** The rules as the reference code has them, for `reference` fidelity. */
    reference?: {
      drop: DropRule<C>;
      grow: GrowRule<C>;
      replaces?: ReplacedShare;
    };
  }

  /** Plans all layers together: what each loses and gains. */
  export type CountsRule<C extends RunConfiguration = RunConfiguration> = (
    views: readonly LayerView[],
    context: UpdateContext<C>,
  ) => readonly LayerCounts[] | Promise<readonly LayerCounts[]>;

  /** What a layer loses. */
  export interface Dropped {
    /** Among the active weights, ascending. */
    ranks: Uint32Array;
    /** Those of the same weights. */
    positions: Positions;
  }

  /** Chooses `count` weights to drop: their ranks among the active ones, ascending. */
  export type DropRule<C extends RunConfiguration = RunConfiguration> = (
    view: LayerView,
    count: number,
    context: UpdateContext<C>,
  ) => Uint32Array | Promise<Uint32Array>;

  /** Chooses `count` positions to grow among those inactive once `dropped` are out, ascending. */
  export type GrowRule<C extends RunConfiguration = RunConfiguration> = (
    view: LayerView,
    dropped: Dropped,
    count: number,
    context: UpdateContext<C>,
  ) => Positions | Promise<Positions>;

  /** How many weights a layer loses and gains. */
  export interface LayerCounts {
    drop: number;
    grow: number;
  }

  /** One layer as a mask update sees it, before the update. */
  export interface LayerView {
    layer: number;
    /** As the network calls it, for messages. */
    name: string;
    /** Of the network's layers the last. */
    isLast: boolean;
    mask: Mask;
    /** Of the active weights, ascending. */
    positions: Positions;
    /** In the order of `positions`. */
    weights: Float32Array;
    /** Every position active so far, the present mask included. */
    explored: Pick<ExploredSet, 'has' | 'positions' | 'size'>;
    /**
     * Of the largest gradient magnitudes among positions inactive once `dropped` are out, ascending; may be fewer than
     * `count`, since zero gradients are no candidates.
     */
    largestInactiveGradients(count: number, dropped: Dropped, tieSeed: number): Promise<Positions>;
    /** The same gradients at every position, a few rows `[rows, inputs]` at a time, in order; the arrays may be used again. */
    gradientsByRows(): AsyncIterable<{
      firstRow: number;
      gradients: Float32Array;
    }>;
    /** Of the last batch, at the active weights, in the order of `positions`. */
    gradients(): Promise<Float32Array>;
    /** Values that the method keeps of inactive weights, `[out * inputs]`, zero at active ones. Not to be changed. */
    held(): Promise<Float32Array>;
    /** In the order of `positions`. Costs a copy of the whole network's state. */
    momenta(): Promise<Float32Array>;
  }

  /** When an update happens, and what is asked of it. */
  export interface UpdateContext<C extends RunConfiguration = RunConfiguration> extends RuleContext {
    step: number;
    totalSteps: number;
    /** Share of a layer's active weights that is replaced. */
    rate: number;
    /** Global density after the update; null where it keeps the number of active weights. */
    density: number | null;
    configuration: C;
    /** What a rule has to remember from update to update; goes into checkpoints. */
    memory: Record<string, number>;
  }

  /**
   * (3 f_S dT + 2 f_S + f_D) / (dT + 1), where dT is the mean interval (RigL, appendix; itop.md 4.12). Where an update needs
   * the gradients of n batches, (3 f_S dT + n (2 f_S + f_D)) / (dT + n); at every step, 2 f_S + f_D (SNFS).
   */
  export const flopsWithDenseGradients: FlopsRule;

  /** Top-KAST: forward by the active weights, backward to the held ones too (Jayakumar et al., NeurIPS 2020, section 2.2). */
  export const flopsWithHeldWeights: FlopsRule;

  /** What is trained is what is active. */
  export const sparseFlops: FlopsRule;

  /**
   * @param seed whole number, 0 to 2^32 - 1
   * @param purpose what the numbers are for, such as `data order`; streams of different purposes are independent
   * @param indices at most two whole numbers below 2^32, such as layer and update
   */
  export function createStream(seed: number, purpose: string, ...indices: number[]): RandomStream;

  /**
   * `count` distinct whole numbers below `size`, uniformly among all such sets, ascending.
   * Work and memory follow `min(count, size - count)`, never `size` alone unless the answer itself is that large.
   * @throws RangeError where count exceeds size
   */
  export function sampleDistinct(stream: RandomStream, count: number, size: number): Float64Array;

  /**
   * Indices of the `count` values of largest magnitude, the largest first; zeros are never among them, so there may be
   * fewer. NaN counts as larger than everything.
   * @param tieOrder of equal magnitudes the larger is taken first, then the smaller index
   */
  export function selectLargestMagnitudes(
    values: Float32Array,
    count: number,
    tieOrder: (index: number) => number,
  ): Uint32Array;

  /**
   * Indices of the `count` values of smallest magnitude, ascending by index. NaN counts as larger than everything.
   * @param tieNoise orders equal magnitudes: the smallest noise is taken first
   */
  export function selectSmallestMagnitudes(
    values: Float32Array,
    count: number,
    tieNoise: (index: number) => number,
  ): Uint32Array;

  /** `after`: the global density after each of the update steps. */
  export type DensityPlan = (
    configuration: Pick<RunConfiguration, 'sparsity' | 'initialSparsity' | 'sparsityEndFraction'>,
    steps: readonly number[],
    totalSteps: number,
  ) => {
    initial: number;
    after: number[];
  };

  /** What makes the random draws of a rule its own. */
  export interface RuleContext {
    seed: number;
    /** 1 for the first update of a run. */
    update: number;
  }

  /** Positions `row * inputs + column`, ascending. Float64 is exact to 2^53, beyond any layer. */
  export type Positions = Float64Array;

  export type MethodKeys = Readonly<Record<string, MethodKey>>;

  /** The configuration of one run, checked: beside the shared keys it has those of its method (`MethodDescription.keys`). */
  export interface RunConfiguration extends SharedConfiguration {
    [methodKey: string]: ConfigurationValue;
  }

  /** The values that a configuration has for such keys. */
  export type MethodKeyValues<K extends MethodKeys> = {
    readonly [Name in keyof K]: K[Name] extends {
      kind: 'switch';
    }
      ? boolean
      : K[Name] extends {
            kind: 'choice';
            choices: readonly (infer Choice)[];
          }
        ? Choice
        : number;
  };

  /**
   * What a method says of itself without its rules: what the form, the command line, plans, names, studies and help know
   * of it. Plain data, so that the window has it too.
   */
  export interface MethodDescription {
    /** As a configuration names it. */
    name: string;
    title: string;
    /** Where it is published. */
    source: string;
    /** What an update drops and grows, in a few words; absent where masks never change. */
    drops?: string;
    grows?: string;
    /** false: every position is active for ever. */
    sparse: boolean;
    /** `reference` fidelity can be had. */
    hasReference: boolean;
    /** Each layer keeps its number of weights at an update; false: all are planned together. */
    keepsLayerCounts: boolean;
    /** Of the keys that depend on the method, those that mean something to it. */
    uses: readonly MethodDependentKey[];
    /** Where it departs from the defaults of all methods. */
    defaults: ConfigurationInput;
    /** Keys of its own. */
    keys: MethodKeys;
    /** What a configuration has that names no method; one of the catalogue. */
    isDefault?: boolean;
  }

  /**
   * How a method finds its initial mask: by a score of every position of the dense network at its initial draw, of which
   * the highest are kept over the whole network.
   */
  export interface Scoring {
    /** The score of a weight w, as a formula in a table. */
    title: string;
    /**
     * What is taken at every weight. gradient: of the loss. hessian-gradient: the Hessian of the loss times its gradient.
     * synaptic-flow: gradient of the sum of all outputs for ones as input, all weights positive.
     */
    sensitivity: 'gradient' | 'hessian-gradient' | 'synaptic-flow';
    /** @param sensitivity at that weight */
    score(weight: number, sensitivity: number): number;
    /** How often the network is scored and pruned; the density falls by the same factor each time. */
    rounds: number;
  }

  /** A pattern that every mask of a method keeps to; a layer is its matrix `[outputs, inputs]`, kernels counted as inputs. */
  export interface MaskStructure<C extends RunConfiguration = RunConfiguration> {
    /** Of a fresh mask, for tables and explanations: `random, by blocks`. */
    title: string;
    /** Every layer has the global density, whatever the distribution. */
    isUniform?: boolean;
    /** How many weights a layer loses or gains at once; one where absent. Its count is a multiple. */
    unitOf?(layer: number, shapes: readonly WeightShape[], configuration: Partial<C>): number;
    /** Positions of a fresh mask of `count` weights, ascending. */
    draw(
      layer: number,
      shapes: readonly WeightShape[],
      count: number,
      configuration: Partial<C> & {
        seed: number;
      },
    ): Positions;
    /** Why such layers cannot have the pattern, with the numbers; null where they can. */
    refuses(
      layers: readonly {
        name: string;
        outputs: number;
        inputs: number;
      }[],
      configuration: Partial<C> & {
        sparsity: number;
      },
    ): FieldIssue | null;
  }

  /** Training FLOPs per sample, averaged over the stretch; backward costs two forwards (itop.md 4.12). */
  export type FlopsRule = (forward: ForwardFlops, stretch: TrainedStretch) => number;

  /** Shares of the active weights. Absent `expected`: the prune rate. */
  export interface ReplacedShare {
    expected?: number;
    most: number;
  }

  /**
   * A layer's mask, `[out, in]`, as compressed sparse rows: the inputs of row r are
   * `columns[rowStarts[r] .. rowStarts[r + 1])`, ascending.
   */
  export interface Mask {
    readonly outputs: number;
    readonly inputs: number;
    readonly rowStarts: Uint32Array;
    readonly columns: Uint32Array;
  }

  /** The positions of one layer that were ever active: F of R_s = |F| / N (ITOP, section 3). */
  export interface ExploredSet {
    readonly size: number;
    has(position: number): boolean;
    /** Takes ascending positions, returns how many of them were new. */
    add(positions: Positions): number;
    /** Ascending. */
    positions(): Positions;
  }

  /**
   * A stream of random numbers addressed by index: element `i` is a pure function of (seed, purpose, indices, i).
   * Reading in any order, twice, or from several threads gives the same numbers.
   */
  export interface RandomStream {
    /** 0 to 2^32 - 1. */
    uint32(index: number): number;
    /** 53 random bits in [0, 1). */
    uniform(index: number): number;
    /** Standard normal (Box-Muller, one of the pair, so that one index is one draw). */
    normal(index: number): number;
    /** Whole number in [0, bound), bound up to 2^53. The bias is below bound / 2^53. */
    below(index: number, bound: number): number;
    /** `below` of as many indices as fit into `to`, from `index` on. */
    fillBelow(to: Float64Array, index: number, bound: number): void;
  }

  /** A key of the configuration that a method brings along: how a form asks for it, what it may be, and what it is else. */
  export type MethodKey = KeyText &
    (
      | {
          kind: 'number' | 'integer';
          least: number;
          most: number;
          default: number;
        }
      | {
          kind: 'choice';
          choices: readonly [string, ...string[]];
          default: string;
        }
      | {
          kind: 'switch';
          default: boolean;
        }
    );

  /** What every method's configuration has; some keys mean something only to some (`METHOD_DEPENDENT_KEYS`). */
  export type SharedConfiguration = {
    name: string;
    dataset: string;
    network: string;
    method: string;
    seed: number;
    sparsity: number;
    initialSparsity: number;
    sparsityEndFraction: number;
    distribution: 'erk' | 'er' | 'uniform' | 'uniform-first-dense';
    scoringSamples: number;
    initialisation: 'reference' | 'sparse' | 'dense';
    updateEvery: number;
    pruneRate: number;
    pruneSchedule: 'cosine' | 'constant' | 'step';
    stopFraction: number;
    growthInitialisation: 'zero' | 'kept' | 'random';
    gradientBatches: number;
    fidelity: 'reference' | 'exact';
    epochs: number;
    batchSize: number;
    learningRate: number;
    learningRateSchedule: 'cosine' | 'constant' | 'step' | 'step-imagenet';
    warmupEpochs: number;
    momentum: number;
    nesterov: boolean;
    weightDecay: number;
    labelSmoothing: number;
    validationFraction: number;
    augmentation: 'none' | 'crop+flip' | 'crop' | 'flip' | 'resized-crop+flip' | 'resized-crop';
    cropPadding: number;
    cropFill: 'zero' | 'reflect';
    cropLeastArea: number;
    brightness: number;
    contrast: number;
    saturation: number;
    cutout: number;
    mixup: number;
    engine: 'auto' | 'cpu' | 'webgpu' | 'tfjs-cuda' | 'tfjs-node';
    threads: number;
    activations: 'f32' | 'f16';
    checkpointEvery: number;
  };

  export type ConfigurationValue = string | number | boolean;

  export type MethodDependentKey =
    | 'sparsity'
    | 'initialSparsity'
    | 'sparsityEndFraction'
    | 'distribution'
    | 'scoringSamples'
    | 'updateEvery'
    | 'pruneRate'
    | 'pruneSchedule'
    | 'stopFraction'
    | 'growthInitialisation'
    | 'gradientBatches'
    | 'fidelity';

  /** What a person writes: any subset of the keys. */
  export type ConfigurationInput = Partial<SharedConfiguration> & Record<string, ConfigurationValue | undefined>;

  /**
   * How a global density is spread over the layers. A layer is its weight's shape: `[out, in]` for linear layers,
   * `[out, in, height, width]` for convolutions.
   */
  export type WeightShape = readonly number[];

  /** One thing wrong with one field; `field` is empty where the whole input is at fault. */
  export interface FieldIssue {
    field: string;
    message: string;
  }

  /** Floating-point operations of one forward pass per sample, by all positions and by the active weights. */
  export interface ForwardFlops {
    dense: number;
    sparse: number;
  }

  /** A training, or a stretch of it with one density. */
  export interface TrainedStretch {
    updates: number;
    steps: number;
    /** Batches an update whose weight gradient is taken densely, where it needs one; Infinity: all. */
    gradientSteps: number;
    /** Weights trained without taking part, as a share of the active ones. */
    held: number;
  }

  export interface KeyText {
    label: string;
    help: string;
    unit?: string;
  }
}
