import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { WrpError } from "../model/errors.ts";
import { openStore } from "../outcomes/index.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import { loadConfig } from "./load-config.ts";
import { IN_MEMORY, storeFile } from "./store-path.ts";

export { IN_MEMORY, storeFile };

/** Opens a store to write into, making it where there is none. */
export function openForWriting(file: string, cwd: string): Promise<OutcomeStore> {
  return openStore(file === IN_MEMORY ? file : resolve(cwd, file));
}

/** Opens the store of the commands that look at runs: the flag's, else the config's, else the default. It must be there. Throws WrpError. */
export function openRuns({ store }: { readonly store?: string }, { cwd }: { readonly cwd: string }): Promise<OutcomeStore> {
  return openExisting(store ?? storeFile(undefined, loadConfig(undefined, cwd), cwd), cwd);
}

/** Opens a store that must be there already: looking at runs makes no empty one. Throws WrpError. */
export function openExisting(file: string, cwd: string): Promise<OutcomeStore> {
  const path = resolve(cwd, file);
  if (!existsSync(path)) throw new WrpError("no such store", { place: { file }, hint: "wrp eval DATA makes one; --store names another" });
  return openStore(path);
}
