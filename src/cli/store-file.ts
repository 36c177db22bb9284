import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { WrpError } from "../model/errors.ts";
import { openStore } from "../outcomes/index.ts";
import type { OutcomeStore } from "../outcomes/store.ts";

const DEFAULT_STORE = ".wrp/wrp.db";

/** The store that the flag, else the config, else the default names. */
export function storeFile(flag: string | undefined, config: string | undefined): string {
  return flag ?? config ?? DEFAULT_STORE;
}

/** Opens a store to write into, making it where there is none. */
export function openForWriting(file: string, cwd: string): Promise<OutcomeStore> {
  return openStore(file === ":memory:" ? file : resolve(cwd, file));
}

/** Opens a store that must be there already: looking at runs makes no empty one. Throws WrpError. */
export function openExisting(file: string, cwd: string): Promise<OutcomeStore> {
  const path = resolve(cwd, file);
  if (!existsSync(path)) throw new WrpError("no such store", { place: { file }, hint: "wrp eval DATA makes one; --store names another" });
  return openStore(path);
}
