import { placed, telling, unknownName, WrpError, type Place, type Tell } from "../model/errors.ts";
import type { SignalReadings } from "../model/signal.ts";
import type { PlaceOf } from "../router/assemble.ts";
import { modelsNamed, policyName, unknownModel, unknownModels, type Policy } from "../router/index.ts";
import { withTokens } from "../signals/tokens.ts";
import type { OpenedWorkload } from "../workload/index.ts";
import { alignBaseline } from "./baseline.ts";
import { assembled } from "./based.ts";
import { referenceName } from "./describe.ts";
import { readsTokens } from "./facts-read.ts";
import { columnsUnder } from "./gather.ts";
import { stopIfAsked } from "./interrupt.ts";
import { promptReader } from "./read-signals.ts";
import type { RunSettings } from "./parts.ts";
import { listening, NOTHING_STORED, type PreviewBasis, type PreviewParts } from "./preview-parts.ts";
import { notesOf } from "../router/loops/played.ts";
import { policiesUnderTest } from "./under-test.ts";

/** Builds the policies and runs those that decide by prompt over every prompt, as a run would. */
export async function tryPolicies(parts: PreviewParts, workload: OpenedWorkload, based: PreviewBasis, unread: boolean): Promise<void> {
  const { settings, placeOf, warn, signal } = parts;
  const told = listening(parts.tellPolicy);
  const { columns } = based;
  if (unread) tellUnlisted(parts, columns.models);
  const policies = unread ? settings.policies.filter((spec) => modelsNamed(spec).every(({ model }) => columns.models.includes(model))) : settings.policies;
  const assembly = assembled(based, { settings: { ...settings, policies }, fitted: null }, placeOf, told.tell);
  if (!unread) for (const spec of parts.leftOut) for (const { model, path } of unknownModels(spec, assembly.context)) told.tell(unknownModel(model, assembly.context, placeOf(spec, path)));
  // With a policy left out, its name would seem unknown.
  if (told.errors === 0 && policies.length === settings.policies.length && parts.leftOut.length === 0) tellNames(parts, based, assembly, told.tell);

  for (const policy of assembly.policies) {
    const place = placeOfPolicy(policy.name, settings, placeOf);
    const played = telling(told.tell, () => policy.plays?.(columnsUnder(settings.missing, columns), settings.seed), place);
    for (const note of played ? notesOf(played, columns.n) : []) warn({ code: "not-decided", message: `policy "${policy.name}": ${note}`, place: place ?? null });
  }

  const trying = new Map<Policy, Place | undefined>();
  for (const policy of assembly.policies) if (!policy.control && policy.decide && !policy.replay && !policy.plays) trying.set(policy, placeOfPolicy(policy.name, settings, placeOf));
  if (trying.size === 0) return;
  const tokens = readsTokens(settings.policies);
  const tried = [...trying];
  const readers = new Map<Policy, ReturnType<typeof promptReader>>();
  for await (const prompts of workload.batches()) {
    await stopIfAsked(signal, NOTHING_STORED);
    const counted = tokens ? await withTokens(prompts) : prompts;
    for (const [policy, place] of trying)
      try {
        // Each by itself, so that an error is told of the policy whose it is.
        if (!readers.has(policy)) readers.set(policy, promptReader([policy], parts.signalModels));
        const readings = (await readers.get(policy)?.read(counted))?.get(policy);
        for (const [i, prompt] of counted.entries()) policy.decide?.({ prompt, signals: {}, ...(readings ? { readings: readings[i] as SignalReadings } : {}) });
      } catch (error) {
        if (!(error instanceof WrpError)) throw error;
        told.tell(placed(error, place));
        trying.delete(policy);
      }
  }
  for (const [policy, place] of tried) for (const note of policy.notes?.() ?? []) warn({ code: "missing-field", message: `policy "${policy.name}": ${note}`, place: place ?? null });
}

/** The reference, the policies that gates are about, and the baseline that they compare with. */
function tellNames({ settings, baseline, placeAt }: PreviewParts, { basis, columns, comparability, seen }: PreviewBasis, { policies, context }: ReturnType<typeof assembled>, tell: Tell): void {
  const reference = telling(tell, () => referenceName(settings, policies, context.strong, basis), placeAt(["reference"]));
  if (reference === undefined) return;
  const known = { basis, columns, seen: [...seen, ...(baseline?.header.models ?? [])] };
  const underTest = settings.gates.map((gate, k) => telling(tell, () => policiesUnderTest({ ...settings, gates: [gate] }, policies, reference, known), placeAt(["gates", k])));
  const own = underTest.flatMap((tested) => tested ?? []);
  const names = new Set([...own, ...settings.gates.flatMap(({ policy }) => policy ?? [])]);
  if (baseline && !underTest.includes(undefined)) telling(tell, () => alignBaseline(baseline, columns, settings, comparability, { tested: [...names], own }), placeAt(["baseline"]));
}

/**
 * Holds the models that policies name against those known, where the data that would have the others was not read: an error where
 * there should have been such data, else a warning, since data that is named later may have the model.
 */
export function tellUnlisted({ data, settings, leftOut, placeOf, tellPolicy, warn }: PreviewParts, read: readonly string[]): void {
  const stated = settings.models.filter(({ ofPolicy }) => !ofPolicy);
  if (stated.length === 0) return;
  const known = [...new Set([...read, ...stated.map(({ name }) => name)])];
  for (const spec of [...settings.policies, ...leftOut])
    for (const { model, path } of modelsNamed(spec)) {
      if (known.includes(model)) continue;
      const { message, hint, code = "" } = unknownName("model", model, known);
      const place = placeOf(spec, path);
      if (data) tellPolicy(new WrpError(message, { hint: `${hint}; data that could not be read may have it`, code, ...(place ? { place } : {}) }));
      else warn({ code, message: `${message}: the models list lacks it, and no data was checked`, ...(hint === undefined ? {} : { hint }), place: place ?? null });
    }
}

function placeOfPolicy(name: string, settings: RunSettings, placeOf: PlaceOf): Place | undefined {
  const spec = settings.policies.find((one) => policyName(one) === name);
  return spec && placeOf(spec);
}
