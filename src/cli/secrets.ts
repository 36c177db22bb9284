import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { WrpError, type Place } from "../model/errors.ts";
import { at } from "./backends.ts";
import type { World } from "./world.ts";

/** The key of a backend, from the environment or a file; null where it names neither. Throws WrpError where what it names is not there. */
export function apiKeyOf({ apiKeyEnv, apiKeyFile }: { readonly apiKeyEnv?: string | undefined; readonly apiKeyFile?: string | undefined }, folder: string, { env }: Pick<World, "env">, place: Place | undefined): string | null {
  if (apiKeyEnv !== undefined) {
    const key = env[apiKeyEnv]?.trim();
    if (!key) throw new WrpError(`the environment variable ${apiKeyEnv} is ${key === undefined ? "not set" : "empty"}`, { hint: `set it to the backend's key: export ${apiKeyEnv}=…`, code: "no-key", ...at(place) });
    return oneLine(key, apiKeyEnv, place);
  }
  if (apiKeyFile === undefined) return null;
  const path = resolve(folder, apiKeyFile);
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new WrpError(`the key file ${apiKeyFile} cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, { cause, code: "no-key", ...at(place) });
  }
  if (text === "") throw new WrpError(`the key file ${apiKeyFile} is empty`, { code: "no-key", ...at(place) });
  return oneLine(text, apiKeyFile, place);
}

/** A key goes into a header: what cannot stand there is no key. */
function oneLine(key: string, from: string, place: Place | undefined): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new WrpError(`the key in ${from} has blanks, line ends or characters that no key has`, { code: "no-key", ...at(place) });
}
