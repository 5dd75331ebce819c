import type { FieldIssue, Positions, RunConfiguration } from '../../contract/index.ts';
import type { WeightShape } from '../distributions/index.ts';

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
    configuration: Partial<C> & { seed: number },
  ): Positions;
  /** Why such layers cannot have the pattern, with the numbers; null where they can. */
  refuses(
    layers: readonly { name: string; outputs: number; inputs: number }[],
    configuration: Partial<C> & { sparsity: number },
  ): FieldIssue | null;
}

/** The most weights of a group of inputs or a block of outputs. */
export const LARGEST_UNIT = 64;

/**
 * Why groups or blocks of `size` cannot be had in all layers, with the sizes that can; null where they can.
 * @param words of what does not divide what: `groups`, `inputs of a unit of layer`
 */
export function refuseUndivided(
  field: string,
  size: number,
  layers: readonly { name: string; width: number }[],
  [units, widths]: readonly [string, string],
): FieldIssue | null {
  const broken = layers.find(({ width }) => width % size !== 0);
  if (!broken) return null;
  const sizes = commonDivisors(layers.map(({ width }) => width));
  return {
    field,
    message:
      `${units} of ${size} do not divide the ${broken.width} ${widths} ${broken.name}; choose ` +
      (sizes === '' ? 'another network' : `${sizes}, or another network`),
  };
}

/** The divisors of all numbers, as a reader is offered them: `2, 4 or 8`; empty where there is none but 1. */
function commonDivisors(numbers: readonly number[]): string {
  const found: number[] = [];
  for (let divisor = 2; divisor <= LARGEST_UNIT; divisor++) {
    if (numbers.every((number) => number % divisor === 0)) found.push(divisor);
  }
  const shown = found.slice(0, 6).map(String);
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
