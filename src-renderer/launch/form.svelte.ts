import {
  defaultsOf,
  isMeant,
  isShared,
  type ConfigurationReport,
  type FieldDescription,
  type FieldIssue,
  type MethodDescription,
  type RunForecast,
  type RunConfiguration,
} from '../../src-main/contract/index.ts';
import { bridge, messageOf } from '../state/bridge.ts';
import { methods } from '../state/methods.svelte.ts';
import { debounced } from '../state/pace.ts';
import { draftFrom, readDraft, type Draft } from './draft.ts';

/** The draft outlives the page: looking something up elsewhere must not empty the form. */
let draft = $state.raw<Draft>({});
let report = $state.raw<ConfigurationReport | null>(null);
let forecast = $state.raw<RunForecast | null>(null);
let checkFailure = $state<string | null>(null);
let isChecking = $state(false);
let checkNumber = 0;

const reading = $derived(readDraft(draft, methods.fields));
const method = $derived(methods.all.get(String(draft.method)) ?? methods.default);
/** The shared fields, and those of the method. */
const fields = $derived(methods.fields.filter(({ key }) => isShared(key) || isMeant(key, method)));
const defaults = $derived(defaultsOf(method));
const issues = $derived<readonly FieldIssue[]>([...reading.issues, ...(report?.issues ?? [])]);

export const form = {
  get draft(): Draft {
    return draft;
  },
  get method(): MethodDescription {
    return method;
  },
  get fields(): readonly FieldDescription[] {
    return fields;
  },
  get defaults(): RunConfiguration {
    return defaults;
  },
  get configurations() {
    return reading.configurations;
  },
  get report(): ConfigurationReport | null {
    return report;
  },
  /** What the run would explore and take; null while unknown. */
  get forecast(): RunForecast | null {
    return forecast;
  },
  get isChecking(): boolean {
    return isChecking;
  },
  get checkFailure(): string | null {
    return checkFailure;
  },
  get issues(): readonly FieldIssue[] {
    return issues;
  },
  issueOf(key: string): string | null {
    return issues.find((issue) => issue.field === key)?.message ?? null;
  },
  /** What the field shows: what was typed, or the default. */
  shown(key: string): string | boolean {
    const held = draft[key];
    if (held !== undefined) return held;
    const value = defaults[key];
    return typeof value === 'boolean' ? value : String(value);
  },
};

export function setField(key: string, value: string | boolean): void {
  draft = { ...draft, [key]: value };
  check();
}

/** Back to the method's default. */
export function clearField(key: string): void {
  const next = { ...draft };
  delete next[key];
  draft = next;
  check();
}

export function resetForm(next: Draft = {}): void {
  draft = next;
  check();
}

/** Takes over another run's configuration. @throws where the lab does not know the run */
export async function startFrom(runId: string): Promise<string> {
  const { configuration, item } = await bridge.lab.getRun(runId);
  resetForm(draftFrom(configuration, methods.all));
  return item.name;
}

/** Asks the lab soon what is wrong and what it amounts to; only the answer to the latest question counts. */
export function check(): void {
  isChecking = true;
  soon();
}

const soon = debounced(() => void ask(), 200);

async function ask(): Promise<void> {
  const number = ++checkNumber;
  try {
    const { readable } = reading;
    const answer = await bridge.lab.checkConfiguration(readable);
    const foreseen = answer.plan ? await bridge.lab.forecastRun(readable, null) : null;
    if (number !== checkNumber) return;
    report = answer;
    forecast = foreseen;
    checkFailure = null;
  } catch (error) {
    if (number !== checkNumber) return;
    report = null;
    forecast = null;
    checkFailure = messageOf(error);
  }
  isChecking = false;
}
