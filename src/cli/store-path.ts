import { relative, resolve } from "node:path";
import type { LoadedConfig } from "./load-config.ts";

const DEFAULT_STORE = ".wrp/wrp.db";
/** A store that is gone when the command ends. */
export const IN_MEMORY = ":memory:";

/** The store that the flag names, else the config (relative to it), else the default. */
export function storeFile(flag: string | undefined, { config, folder }: { readonly config: Pick<LoadedConfig["config"], "store">; readonly folder: string }, cwd: string): string {
  if (flag !== undefined) return flag;
  if (config.store === undefined) return DEFAULT_STORE;
  return config.store === IN_MEMORY ? IN_MEMORY : relative(cwd, resolve(folder, config.store));
}
