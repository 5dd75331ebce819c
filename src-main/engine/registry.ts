import { ENGINE_NAMES, type EngineName } from '../contract/index.ts';
import { type Engine, EngineError, type EngineOpening } from './engine.ts';

/** An engine that this machine has. */
export interface ReadyEngine {
  /** With backend, device and versions: two that differ in one of them may differ in speed. */
  title: string;
  /** Only opened where it is named, never by `auto`: software that stands in for a device. */
  onlyByName?: boolean;
  open(opening: EngineOpening): Promise<Engine>;
}

/** Each engine's way to be made ready; `isNamed` where it was asked for by name, not by `auto`. @throws EngineError where it is absent, with the remedy */
export type EngineTable = Partial<Record<EngineName, (isNamed: boolean) => Promise<ReadyEngine>>>;

/** @throws EngineError where the engine is absent, with the remedy, or cannot open the network: no other takes its place */
export async function openNamedEngine(table: EngineTable, name: EngineName, opening: EngineOpening): Promise<Engine> {
  const prepare = table[name];
  if (!prepare) throw new EngineError(`The engine ${name} cannot run here; choose ${Object.keys(table).join(' or ')}.`);
  const engine = await (await prepare(true)).open(opening);
  if (engine.description.id !== name)
    throw new EngineError(`The engine ${name} was asked for, but ${engine.description.id} opened`);
  return engine;
}

/** What `auto` may choose from, and why not the others. */
export async function readyEngines(
  table: EngineTable,
): Promise<{ ready: Map<EngineName, ReadyEngine>; absent: { engine: EngineName; reason: string }[] }> {
  const ready = new Map<EngineName, ReadyEngine>();
  const absent: { engine: EngineName; reason: string }[] = [];
  for (const engine of ENGINE_NAMES) {
    const prepare = table[engine];
    if (!prepare) continue;
    // One thread holds one of TensorFlow's two builds.
    if (engine === 'tfjs-node' && ready.has('tfjs-cuda')) continue;
    try {
      const found = await prepare(false);
      if (found.onlyByName) absent.push({ engine, reason: `${found.title} is only taken where it is named` });
      else ready.set(engine, found);
    } catch (error) {
      absent.push({ engine, reason: messageOf(error) });
    }
  }
  return { ready, absent };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
