import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { WrpError, type Place } from "../model/errors.ts";
import { shippedProfileSchema, type ShippedProfile } from "../model/profile.ts";
import { at } from "./backends.ts";
import { issuesOf } from "./config-issues.ts";
import { readTextFile } from "./text-file.ts";
import { yamlDocument } from "../lib/yaml-document.ts";

/** A profile is a page; this is no profile. */
const MAX_BYTES = 1 << 20;

/** Whether a config's `profile` is a file; names of shipped profiles are none. */
export function isProfileFile(name: string): boolean {
  return name.includes("/") || /\.(json|ya?ml)$/i.test(name);
}

/**
 * A profile from its file, JSON or YAML. Throws WrpError: at the config's place where there is no such file, else at the file's own.
 *
 * @param folder what it is relative to
 * @param place where the config names it
 */
export function readProfile(name: string, folder: string, place: Place | undefined): ShippedProfile {
  const text = textOf(name, folder, place);
  const file = place ? join(dirname(place.file), name) : name;
  const { document, places, errors } = yamlDocument(text, file, { hint: "" });
  if (!document || errors[0]) throw bad(`is no profile: ${errors[0]?.message}`, errors[0]?.place ?? { file }, place);
  const value = parsing((): unknown => document.toJS(), { file }, place);
  const parsed = shippedProfileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues.flatMap((one) => issuesOf(one, value, shippedProfileSchema));
  throw bad(issue?.message ?? "is no profile", issue ? (issue.isKey ? places.ofKey(issue.path) : places.of(issue.path)) : { file }, place);
}

/** A profile as the text of a file: YAML where its name ends so, else JSON. */
export function profileText(profile: ShippedProfile, file: string): string {
  if (/\.ya?ml$/i.test(file)) return stringify(profile, { lineWidth: 0 });
  return `${JSON.stringify(profile, null, 2).replace(/\[\s+([\d.]+),\s+([\d.]+)\s+\]/g, "[$1, $2]")}\n`;
}

function textOf(name: string, folder: string, place: Place | undefined): string {
  try {
    return readTextFile(name, folder, MAX_BYTES);
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    throw new WrpError(`profile ${name}: ${error.message}`, { cause: error, code: "bad-profile", hint: `wrp pool probe MODEL -o ${name} writes one; a path is relative to the config`, ...at(place) });
  }
}

/** Nesting without end, and aliases that unfold without end or lead nowhere, are the parser's to throw at. */
function parsing<T>(work: () => T, place: Place, namedAt: Place | undefined): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) throw bad(`is no profile: ${error.message}`, place, namedAt);
    throw error;
  }
}

function bad(message: string, place: Place, namedAt: Place | undefined): WrpError {
  const by = namedAt?.line === undefined ? "" : `, named in ${namedAt.file}:${namedAt.line}`;
  return new WrpError(message, { place, code: "bad-profile", hint: `a profile is what wrp pool probe -o writes${by}` });
}
