import type { SignalSpec } from "../model/signal.ts";
import { flagField, type Findings } from "./kind.ts";
import type { RequestView } from "./request-view.ts";

/** The signals of a type, as `type:name`, that read what came before the user's last text. */
export function readsHistory(type: string, specs: readonly SignalSpec[]): readonly string[] {
  const reads = type === "reask" || type === "user_feedback" ? specs : type === "jailbreak" || type === "pii" ? specs.filter(({ fields }) => flagField.safeParse(fields["include_history"]).data) : [];
  return reads.map(({ name }) => `${type}:${name}`);
}

/** Takes back what such signals found in a request whose history is not known: with it, they might have found something else. */
export function withoutHistory({ request }: RequestView, keys: readonly string[], { matched, confidences, values, unknown }: Findings): void {
  if (!request.unknown.has("history")) return;
  for (const key of keys) {
    const [type, name] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
    const names = matched.get(type)?.filter((one) => one !== name);
    if (names?.length) matched.set(type, names);
    else matched.delete(type);
    confidences.delete(key);
    values.delete(key);
    unknown.add(key);
  }
}
