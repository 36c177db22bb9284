import type { Classifier, Encoder, SpanFinder } from "../model/encoder.ts";
import type { SignalModels } from "../model/signal-models.ts";
import { rememberingEncoder } from "../signals/encoders/remembering.ts";
import { useLite } from "../signals/encoders/use-lite/index.ts";
import { builtInHead } from "../signals/heads/index.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { LocalModels } from "./local-models.ts";
import type { World } from "./world.ts";

/** What vLLM Semantic Router reads with classifiers of its own and wrp has heads for; its complexity is by examples, which the encoder compares. */
const CLASSIFIED = ["domain", "jailbreak"] as const;

type Head = (name: (typeof CLASSIFIED)[number]) => Classifier;

/**
 * The models that signals are read with: the config's, and where --surrogate (or `surrogate: true`) allows it, wrp's own for what is missing.
 * Undefined where there is none. Rejects with WrpError where a model of the config cannot be used.
 */
export async function signalModels(local: LocalModels, flags: { readonly surrogate?: boolean }, { config }: Pick<LoadedConfig, "config">, world: Pick<World, "env">): Promise<SignalModels | undefined> {
  const given = await givenModels(local);
  if (!(flags.surrogate ?? config.surrogate ?? false)) return given.encoder || given.classifiers.size > 0 ? given : undefined;
  const builtIn = rememberingEncoder(useLite(cacheFolder(world)));
  return withSurrogates(given, { ...builtIn, surrogate: true }, (name) => builtInHead(name, builtIn));
}

async function givenModels({ encoder, classifiers }: LocalModels): Promise<SignalModels> {
  const opened: [string, Classifier | SpanFinder][] = [];
  for (const [type, open] of classifiers) opened.push([type, await open()]);
  return { ...(encoder ? { encoder: rememberingEncoder(await encoder()) } : {}), classifiers: new Map(opened), surrogate: false };
}

/** Models with `encoder` and `head` where they lack one. Heads read the encoder that they were trained on, whatever similarity signals read. */
export function withSurrogates(given: SignalModels, encoder: Encoder, head: Head): SignalModels {
  const missing = CLASSIFIED.filter((name) => !given.classifiers.has(name));
  return { encoder: given.encoder ?? encoder, classifiers: new Map([...given.classifiers, ...missing.map((name) => [name, head(name)] as const)]), surrogate: true };
}
