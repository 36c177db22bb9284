import type { EmbedderSpec } from "../evaluate/parts.ts";
import type { Config } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import { OPENAI_EMBEDDINGS } from "../pool/protocols/openai-embeddings.ts";
import { at, backendOf, type ModelBackend } from "./backends.ts";
import type { LoadedConfig } from "./load-config.ts";

type ConfigEmbedder = Extract<NonNullable<Config["embedder"]>, { live: unknown }>;
type Loaded = Pick<LoadedConfig, "config" | "placeAt">;

/** Servers that answer these have embeddings at the same base URL. */
const BESIDE = ["openai-chat", "openai-responses", OPENAI_EMBEDDINGS];

/** The config's embedder where it is a live model. */
export function liveEmbedderIn({ embedder }: Config): ConfigEmbedder | undefined {
  return typeof embedder === "object" && "live" in embedder ? embedder : undefined;
}

/** The config's embedder with the backend that it names filled in. Throws WrpError where that cannot be asked for vectors. */
export function embedderOf(embedder: ConfigEmbedder, loaded: Loaded): EmbedderSpec {
  const { url, protocol, model } = embeddingBackendOf(embedder, loaded);
  const { live, price, dimensions, batch } = embedder;
  const body = { ...live.settings?.body, ...(dimensions === undefined ? {} : { dimensions }) };
  return { live: { url, protocol, model, settings: { body } }, price, ...(batch === undefined ? {} : { batch }) };
}

/** Where it runs. What the backend sends with chats (its settings) is not for embeddings. */
export function embeddingBackendOf({ live }: Pick<ConfigEmbedder, "live">, { config, placeAt }: Loaded): ModelBackend {
  const place = placeAt(["embedder", "live"]);
  if (live.model === undefined) throw new WrpError("the embedder names no model", { hint: "embedder: {live: {backend: …, model: text-embedding-3-small}}", ...at(place) });
  const chat = Object.keys(live.settings ?? {}).find((name) => name !== "body");
  if (chat !== undefined) throw new WrpError(`the embedder has the setting ${chat}, which is for chats`, { hint: "settings: {body: {…}} is sent as it stands", ...at(place) });
  const backend = backendOf({ name: "embedder", live }, config.backends ?? {}, place, (protocol) => {
    if (!BESIDE.includes(protocol)) throw new WrpError(`the embedder's backend speaks ${protocol}: embeddings are asked for with ${OPENAI_EMBEDDINGS}`, { hint: `live: {protocol: ${OPENAI_EMBEDDINGS}}, where the server has them under its base URL`, ...at(place) });
  });
  return { ...backend, protocol: OPENAI_EMBEDDINGS };
}
