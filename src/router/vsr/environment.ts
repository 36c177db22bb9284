/**
 * Upstream's loader puts environment variables into every text of a config (pkg/config/env_substitution.go): `$NAME` and `${NAME}`, empty
 * where there is none, `${NAME:-other}` and `${NAME-other}`; `$$` is a `$`. The router's environment is not known here.
 */
const DOLLARS = /\$(?:\$|\{([^}]*)\}|([A-Za-z0-9_]+))/g;

/** The references to the environment in a text, as they are written. */
export function environmentIn(text: string): readonly string[] {
  return [...text.matchAll(DOLLARS)].flatMap(([written]) => (written === "$$" ? [] : [written]));
}

/** A config's value with every `$$` as the `$` that it stands for; references stay as they are written. */
export function withDollars(value: unknown): unknown {
  if (typeof value === "string") return value.includes("$$") ? value.replace(DOLLARS, (written) => (written === "$$" ? "$" : written)) : value;
  if (Array.isArray(value)) return value.map(withDollars);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withDollars(one)]));
}

/** Fields that say nothing of where a request goes. */
const PROSE = new Set(["description", "annotations", "reasoning_description", "plugins"]);

/** The texts that decide where requests go and that refer to the environment, with the paths to them. */
export function environmentTexts(config: unknown): readonly { readonly path: readonly (string | number)[]; readonly text: string }[] {
  const found: { path: readonly (string | number)[]; text: string }[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value === "string" && environmentIn(value).length > 0) found.push({ path, text: value });
    if (typeof value !== "object" || value === null || PROSE.has(String(path.at(-1)))) return;
    for (const [key, one] of Array.isArray(value) ? value.entries() : Object.entries(value)) visit(one, [...path, key]);
  };
  const { routing, recipes, entrypoints, providers } = (config ?? {}) as Readonly<Record<string, unknown>>;
  visit({ routing, recipes, entrypoints }, []);
  const { defaults, models } = (providers ?? {}) as { readonly defaults?: unknown; readonly models?: unknown };
  visit(defaults, ["providers", "defaults"]);
  if (Array.isArray(models)) for (const [k, model] of models.entries()) visit((model as { readonly name?: unknown } | null)?.name, ["providers", "models", k, "name"]);
  return found.filter(({ path }) => !PROSE.has(String(path.at(-1))));
}
