import { parse } from "yaml";
import { policyKinds, policySpecSchema, type PolicySpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import { isLearned } from "../model/learned-specs.ts";
import { policyName } from "../router/index.ts";
import { withPolicyFile } from "./policy-file.ts";

/**
 * A policy as a flag: `kind` or `kind(key=value, …)`, values in YAML flow form. An unnamed one is named by the flag itself, so
 * that `threshold(threshold=100)` and `threshold(threshold=200)` can stand side by side. `vsr:config.yaml` is `vsr(config=config.yaml)`,
 * and `vsr:config.yaml(set={decisions.legal.priority: 120})` the same with more to it; `onnx:FILE(models=[a, b])` is an ONNX file; `knn:FILE` is what `wrp train` wrote of that kind.
 * Throws WrpError.
 *
 * @param cwd what files that it names are relative to
 */
export function policyFromFlag(flag: string, cwd: string): PolicySpec {
  const named = fileNamed(flag);
  if (!named) return withPolicyFile(policyOf(flag), cwd);
  const { kind, file, more } = named;
  if (kind !== "vsr" && !isLearned({ kind })) throw bad(flag, policyKinds().includes(kind) ? `kind ${kind} takes no file` : `unknown kind "${kind}"`);
  const key = FILE_KEYS[kind];
  const spec = key ? policyOf(`${kind}(${key}=.,${more})`, flag) : policyOf(`trained(artefact=.,of=${kind},${more})`, flag);
  return withPolicyFile({ ...spec, [key ?? "artefact"]: file } as PolicySpec, cwd);
}

/** Types as they are said, where "a TYPE" is not what to write. */
const EXPECTED: Readonly<Record<string, string>> = { record: "{name: number, …}", array: "[a, b, …]" };

/** What the file of a policy is called in its spec; else it is what `wrp train` wrote of the kind. */
const FILE_KEYS: Readonly<Record<string, string>> = { vsr: "config", onnx: "model", trained: "artefact" };

/** Whether a flag states a policy, in place of naming one. */
export function statesPolicy(flag: string): boolean {
  return flag.includes("(") || isLearned({ kind: fileNamed(flag)?.kind ?? "" }) || fileNamed(flag)?.kind === "vsr";
}

/** `KIND:FILE` or `KIND:FILE(more)`. */
function fileNamed(flag: string): { readonly kind: string; readonly file: string; readonly more: string } | null {
  const [, kind, given] = /^\s*([a-z-]+):(.*)$/s.exec(flag) ?? [];
  if (kind === undefined || given === undefined) return null;
  const [, file = given, more = ""] = /^([^(]*)\((.*)\)\s*$/s.exec(given) ?? [];
  return { kind, file: file.trim(), more };
}

/** The policy that a flag states, or names among those of a config. Throws WrpError where what it states is none. */
export function policyOfFlag(flag: string, policies: readonly PolicySpec[], cwd: string): PolicySpec | undefined {
  return statesPolicy(flag) ? policyFromFlag(flag, cwd) : policies.find((spec) => policyName(spec) === flag);
}

/** @param name of a policy that is given none */
function policyOf(flag: string, name = flag): PolicySpec {
  const match = /^\s*([a-z-]+)\s*(?:\((.*)\))?\s*$/s.exec(flag);
  if (!match) throw bad(flag, "write kind or kind(key=value,…)");
  const [, kind, inside] = match;
  const fields: Record<string, unknown> = { kind };
  for (const part of topLevelParts(inside ?? "")) {
    const equals = part.indexOf("=");
    if (equals < 0) throw bad(flag, `"${part.trim()}" is not key=value`);
    try {
      fields[part.slice(0, equals).trim()] = parse(colons(part.slice(equals + 1).trim()), { logLevel: "error" });
    } catch (error) {
      throw bad(flag, (error as Error).message.split("\n", 1)[0] ?? "");
    }
  }
  if (inside !== undefined && fields["name"] === undefined) fields["name"] = name.replace(/"[^"]*"|'[^']*'|\s+/g, (part) => part.trim());
  const parsed = policySpecSchema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue?.code === "invalid_union" && issue.path[0] === "kind") throw bad(flag, `unknown kind "${kind}"`);
  const hint = "wrp schema config has what each kind takes";
  if (issue?.code === "unrecognized_keys") throw bad(flag, `unknown key ${issue.keys.map((k) => `"${k}"`).join(", ")}`, hint);
  if (issue?.code === "invalid_type") throw bad(flag, `${issue.path.join(".")} must be given, as ${EXPECTED[issue.expected] ?? `a ${issue.expected}`}`, hint);
  const missing = issue?.path.length === 1 && fields[String(issue.path[0])] === undefined;
  throw bad(flag, issue ? `${issue.path.join(".") || "policy"}${missing && !issue.message.startsWith("must") ? " must be given" : ""}: ${issue.message}` : "does not fit the schema", hint);
}

/** `{a=1}` is `{a: 1}`; quoted texts stay as they are. */
function colons(value: string): string {
  return value.includes("{") ? value.replace(/"(?:[^"\\]|\\.)*"|'[^']*'|(?<=[{,]\s*[^\s{},=]+)=/g, (part) => (part === "=" ? ": " : part)) : value;
}

/** Splits at commas outside brackets and quotes. */
function topLevelParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quote) quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if ("{[(".includes(c)) depth++;
    else if ("}])".includes(c)) depth--;
    else if (c === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part.trim() !== "");
}

function bad(flag: string, why: string, hint = `kinds: ${policyKinds().join(", ")}`): WrpError {
  return new WrpError(`--policy ${flag}: ${why}`, { hint });
}
