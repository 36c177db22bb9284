import type { OutcomeColumns, RemoteOutcomes } from "../model/columns.ts";
import type { RunSettings } from "./parts.ts";

const MOST_NAMES = 5;

/** What a report must say of its live routers: names that nothing prices, and names of the pool that are none. */
export function remoteWarnings({ remotes = [] }: Pick<RunSettings, "remotes">, columns: Pick<OutcomeColumns, "models" | "remotes">): string[] {
  return remotes.flatMap(({ name, serves }) => {
    const own = columns.remotes?.find((one) => one.name === name);
    const strangers = [...new Set(Object.values(serves))].filter((model) => !columns.models.includes(model));
    const unpriced = own ? unpricedNames(own) : [];
    const unsaid = own ? own.served.index.reduce((count, k, i) => count + (k < 0 && !Number.isNaN(own.quality[i] as number) ? 1 : 0), 0) : 0;
    return [
      ...(strangers.length > 0 ? [`${name} maps what it serves to ${listed(strangers)}, which ${strangers.length === 1 ? "is no model" : "are no models"} of this report (models: ${columns.models.join(", ") || "none"})`] : []),
      ...(unpriced.length > 0 ? [`${name} served what nothing prices: ${listed(unpriced)}; its cost is not known (name the model of the pool under serves, or give price)`] : []),
      ...(unsaid > 0 ? [`${name} does not say who served ${unsaid} of its answers`] : []),
    ];
  });
}

/** Live routers that have answered nothing yet: nothing is compared with them unless the user asks for it. */
export function mute({ remotes = [] }: Pick<OutcomeColumns, "remotes">): string[] {
  return remotes.flatMap(({ name, latencyMs, failed }) => (latencyMs.some((ms, i) => failed[i] !== 1 && !Number.isNaN(ms)) ? [] : [name]));
}

/** What a router served, by its own names, without any cost being known of it. */
function unpricedNames({ served, costUsd, failed }: RemoteOutcomes): string[] {
  const answered = served.values.map(() => 0);
  const priced = served.values.map(() => 0);
  served.index.forEach((k, i) => {
    if (k < 0 || failed[i] === 1) return;
    (answered[k] as number) += 1;
    if (!Number.isNaN(costUsd[i] as number)) (priced[k] as number) += 1;
  });
  return served.values.filter((_, k) => (answered[k] as number) > 0 && priced[k] === 0);
}

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
