import { isAbsolute, join } from "node:path";
import type { World } from "./world.ts";

/** Where what can be made again is kept between runs (XDG Base Directory Specification); null where nothing says where the user's home is. */
export function cacheFolder({ env }: Pick<World, "env">): string | null {
  const { XDG_CACHE_HOME: xdg = "", HOME: home = "", LOCALAPPDATA: windows = "" } = env;
  if (isAbsolute(xdg)) return join(xdg, "wrp");
  if (isAbsolute(home)) return join(home, ".cache", "wrp");
  return isAbsolute(windows) ? join(windows, "wrp") : null;
}
