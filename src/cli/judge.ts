import type { JudgeSpec } from "../evaluate/parts.ts";
import type { Config } from "../model/config.ts";
import { backendOf, liveSpecOf } from "./backends.ts";
import type { LoadedConfig } from "./load-config.ts";

const DEFAULT_MAX_OUTPUT_TOKENS = 1024;

/** The config's judge with the backend that it names filled in. Throws WrpError on an unknown one. */
export function judgeOf({ live, price, rubric }: NonNullable<Config["judge"]>, { config, placeAt }: Pick<LoadedConfig, "config" | "placeAt">): JudgeSpec {
  const spec = liveSpecOf(backendOf({ name: "judge", live }, config.backends ?? {}, placeAt(["judge", "live"])));
  const asked = typeof live === "object" && live.settings?.maxOutputTokens !== undefined;
  return { live: asked ? spec : { ...spec, settings: { ...spec.settings, maxOutputTokens: DEFAULT_MAX_OUTPUT_TOKENS } }, price, rubric };
}
