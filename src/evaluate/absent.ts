import type { PolicySpec } from "../model/config.ts";
import type { WrpError } from "../model/errors.ts";
import { CONTROL_NAMES } from "../router/controls.ts";
import { modelsNamed, policyName, type Policy } from "../router/index.ts";
import type { RunSettings } from "./parts.ts";
import type { Silent } from "./silent.ts";

/** Policies that a run was to have and has not, and why, in words. */
export type Absent = ReadonlyMap<string, string>;

/**
 * What cannot be judged after calls were made: single models that answered nothing, policies that name one or cannot be built of what was
 * answered, controls that it does not allow. The rest is judged: what was paid for is not lost with them.
 *
 * @param unbuilt errors of policies that could not be built
 */
export function absentPolicies({ policies: specs }: Pick<RunSettings, "policies">, policies: readonly Policy[], silent: readonly Silent[], unbuilt: ReadonlyMap<PolicySpec, WrpError>): Absent {
  const isSilent = (name: string) => silent.some(({ model }) => model === name);
  const all = [
    ...CONTROL_NAMES.map((name) => [name, "what was answered does not allow this control"] as const),
    ...silent.map(({ model }) => [model, `${model} answered nothing`] as const),
    ...specs.map((spec) => {
      const named = modelsNamed(spec).find(({ model }) => isSilent(model));
      return [policyName(spec), named ? `it names ${named.model}, which answered nothing` : (unbuilt.get(spec)?.message ?? "it could not be built")] as const;
    }),
  ];
  return new Map(all.filter(([name]) => !policies.some((policy) => policy.name === name)));
}

/** The user's policies that are absent: what a gate that names no policy was to be about too. */
export function absentUnderTest({ policies, reference }: Pick<RunSettings, "policies" | "reference">, absent: Absent): string[] {
  return policies.filter(({ kind }) => kind !== "always").map(policyName).filter((name) => absent.has(name) && name !== reference);
}

/** What a report says of them. */
export function absentWarnings({ reference }: Pick<RunSettings, "reference">, judgedBy: string, absent: Absent, unbuilt: ReadonlyMap<PolicySpec, WrpError>): string[] {
  const why = reference === null ? undefined : absent.get(reference);
  return [
    ...[...unbuilt].map(([spec, { message }]) => `policy "${policyName(spec)}" is left out: ${message}`),
    ...(why === undefined ? [] : [`the reference "${reference}" is not there (${why}): policies are compared with "${judgedBy}" instead`]),
  ];
}
