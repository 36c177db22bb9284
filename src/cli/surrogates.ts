import { join } from "node:path";
import type { PolicySpec } from "../model/config.ts";
import type { Classifier, Encoder } from "../model/encoder.ts";
import type { SignalModels } from "../model/signal-models.ts";
import { rememberingEncoder } from "../signals/encoders/remembering.ts";
import { useLite } from "../signals/encoders/use-lite/index.ts";
import { builtInHead } from "../signals/heads/index.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

/** What vLLM Semantic Router reads with classifiers of its own and wrp has heads for; its complexity is by examples, which the encoder compares. */
const CLASSIFIED = ["domain", "jailbreak"] as const;

/**
 * The models that signals are read with: those given, and where --surrogate (or `surrogate: true`) allows it, wrp's own for what is missing.
 * Undefined where there is none, or no policy reads signals.
 *
 * @param given the user's own models, which always win
 */
export function surrogatesFor(policies: readonly PolicySpec[], given: SignalModels | null, flags: { readonly surrogate?: boolean }, { config }: Pick<LoadedConfig, "config">, world: Pick<World, "env">): SignalModels | undefined {
  const allowed = flags.surrogate ?? config.surrogate ?? false;
  if (!allowed || !policies.some(({ kind }) => kind === "vsr")) return given ?? undefined;
  const builtIn = rememberingEncoder(useLite(cacheFolder(world)));
  return withSurrogates(given, { ...builtIn, surrogate: true }, (name) => builtInHead(name, builtIn));
}

/** Models with `encoder` and `head` where they lack one. Heads read the encoder that they were trained on, whatever similarity signals read. */
export function withSurrogates(given: SignalModels | null, encoder: Encoder, head: (name: (typeof CLASSIFIED)[number]) => Classifier): SignalModels {
  const missing = CLASSIFIED.filter((name) => !given?.classifiers.has(name));
  return { encoder: given?.encoder ?? encoder, classifiers: new Map([...(given?.classifiers ?? []), ...missing.map((name) => [name, head(name)] as const)]), surrogate: true };
}

/** Where what is made once is kept, as the XDG base directory specification has it; null: nowhere is known. */
function cacheFolder({ env }: Pick<World, "env">): string | null {
  const base = env["XDG_CACHE_HOME"] || (env["HOME"] && join(env["HOME"], ".cache")) || env["LOCALAPPDATA"];
  return base ? join(base, "wrp") : null;
}
