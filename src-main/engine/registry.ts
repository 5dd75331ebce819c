import type { EngineName } from '../contract/index.ts';
import { type Engine, EngineError, type EngineOptions } from './engine.ts';

/** An engine that this machine has. */
export interface ReadyEngine {
  /** With backend, device and versions: two that differ in one of them may differ in speed. */
  title: string;
  open(opening: EngineOptions): Promise<Engine>;
}

/** Each engine's way to be made ready. @throws EngineError where it is absent, with the remedy */
export type EngineTable = Partial<Record<EngineName, () => Promise<ReadyEngine>>>;

/** @throws EngineError where the engine is absent, with the remedy, or cannot open the network: no other is taken instead */
export async function openNamedEngine(table: EngineTable, name: EngineName, opening: EngineOptions): Promise<Engine> {
  const prepare = table[name];
  if (!prepare) throw new EngineError(`The engine ${name} cannot run here; choose ${Object.keys(table).join(' or ')}.`);
  const engine = await (await prepare()).open(opening);
  if (engine.description.id !== name)
    throw new EngineError(`The engine ${name} was asked for, but ${engine.description.id} opened`);
  return engine;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
