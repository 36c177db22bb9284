import * as z from "zod";
import { fieldsOf, flagField, match, specError, textField, type SignalKind } from "../kind.ts";
import { lower, trim } from "../letters.ts";

/**
 * Role bindings: a role matches where the user or one of the user's groups is among its subjects. The signal's name is the role, not the
 * binding. An empty user id is an error unless the config's `authz.fail_open` makes it nobody; where the data says nothing of a user, the roles are unknown.
 */
export const authz: SignalKind = (specs, tell) => {
  const failOpen = SETTINGS.parse(specs[0]?.settings ?? {}).fail_open;
  const named = new Set<string>();
  const bindings = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    if (!fields) return [];
    const problems = [
      ...(spec.name === "" ? [specError(spec, "name", "is missing")] : []),
      ...(named.has(spec.name) ? [specError(spec, "name", "is the name of another binding too")] : []),
      ...(fields.role === "" ? [specError(spec, "role", "is missing")] : []),
      ...(fields.subjects.length === 0 ? [specError(spec, "subjects", "must name a user or a group at least")] : []),
      ...fields.subjects.flatMap(({ kind, name }, i) => [
        ...(KINDS.has(lower(trim(kind))) ? [] : [specError(spec, `subjects[${i}].kind`, `must be User or Group (got "${kind}")`)]),
        ...(trim(name) === "" ? [specError(spec, `subjects[${i}].name`, "is missing")] : []),
      ]),
    ];
    named.add(spec.name);
    for (const problem of problems) tell(problem);
    const among = (kind: string) => new Set(fields.subjects.filter((one) => lower(trim(one.kind)) === kind).map((one) => trim(one.name)));
    return problems.length > 0 ? [] : [{ role: fields.role, users: among("user"), groups: among("group") }];
  });
  return ({ request: { user, groups } }, findings) => {
    const gap = user === null ? findings.unknown : user === "" && !failOpen ? findings.errors : null;
    for (const binding of bindings)
      if (gap) gap.add(`authz:${binding.role}`);
      else if (user !== "" && (binding.users.has(user as string) || groups.some((group) => binding.groups.has(group)))) match(findings, "authz", binding.role);
  };
};

const KINDS = new Set(["user", "group"]);

const SETTINGS = z.object({ fail_open: flagField.catch(false) });

const FIELDS = z.object({
  role: textField,
  subjects: z.array(z.object({ kind: textField, name: textField }, { error: "must have a kind and a name" }), { error: "must be a list of subjects" }).nullish().transform((value) => value ?? []),
});
