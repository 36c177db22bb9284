import type { LiveEvent, LiveHost } from "../evaluate/ask-live.ts";
import { liveModels } from "../evaluate/live-models.ts";
import type { RunSettings } from "../evaluate.ts";
import type { EmbedderSpec } from "../evaluate/parts.ts";
import { listPrices } from "../lib/prices.ts";
import type { LiveSpec, ModelSpec, RemoteSpec, TokenPrice } from "../model/config.ts";
import type { Place } from "../model/errors.ts";
import type { Try } from "../model/live.ts";
import { budget, type Budget, type BudgetState } from "../pool/flow/budget.ts";
import { flow, FLOW_DEFAULTS, type Flow, type FlowEvent } from "../pool/flow/flow.ts";
import { overall } from "../pool/flow/overall.ts";
import { realSleep } from "../pool/flow/sleep.ts";
import { checkEndpoint, type Endpoint } from "../pool/endpoint.ts";
import { liveModel, type LiveModel } from "../pool/live.ts";
import { liveEmbedder, type LiveEmbedder } from "../pool/live-embedder.ts";
import type { ChatRequest, Protocol } from "../pool/protocol.ts";
import { protocolOf } from "../pool/protocols/index.ts";
import { priceOfServed, servedName } from "../pool/remote.ts";
import { random } from "../stats/random.ts";
import { backendOf, type ModelBackend } from "./backends.ts";
import { embeddingBackendOf, liveEmbedderIn } from "./embedder.ts";
import type { LoadedConfig } from "./load-config.ts";
import { policyOf, remoteBackend } from "./remotes.ts";
import { apiKeyOf } from "./secrets.ts";
import type { World } from "./world.ts";

/** Most calls in flight over all models, where -j says nothing. */
const MOST_IN_FLIGHT = 256;
const TRY_MS = 120_000;
/** 256 vectors of 8,192 numbers, each of some 20 characters. */
const VECTORS_BYTES = 64 << 20;

export interface LiveOptions {
  readonly maxCostUsd: number | null;
  readonly inFlight: number | undefined;
  /** What is spent counts there, where others spend of it too. */
  readonly spending?: Budget;
  /** Over what the config says of the flow. */
  readonly fixed?: { readonly concurrency: number; readonly retries: number };
  /** Ask anew for what failed before. */
  readonly again: boolean;
  tell(event: LiveEvent | ({ readonly model: string } & FlowEvent)): void;
}

/** Live models that can be called. */
export interface LiveCalls {
  readonly host: LiveHost;
  budget(): BudgetState;
  inFlight(): number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Opens what calls live models: keys are read here, and stay here. Throws WrpError where a key is missing. */
export async function openLive(settings: RunSettings, loaded: LoadedConfig, options: LiveOptions, world: World): Promise<LiveCalls> {
  const endpoints = new Map(liveModels(settings).map(({ name, remote }) => [name, remote ? remoteEndpoint(name, settings, loaded, world) : endpointOf(name, loaded, world)] as const));
  const judgeEndpoint = settings.judge ? endpointAt({ name: "judge", live: loaded.config.judge?.live }, loaded, world, loaded.placeAt(["judge", "live"])) : null;
  const configured = liveEmbedderIn(loaded.config);
  const embedding = settings.embedder && configured ? keyed(embeddingBackendOf(configured, loaded), loaded, world, loaded.placeAt(["embedder", "live"])) : null;
  const [{ httpClient }, { watchLag }, { liveCall }] = await Promise.all([import("../pool/http-client.ts"), import("../pool/lag.ts"), import("../pool/live-call.ts")]);
  const listed = settings.remotes ? await listPrices(world.now()) : undefined;
  const client = httpClient();
  const lag = watchLag(world.clockMs);
  const spending = options.spending ?? budget(options.maxCostUsd);
  const places = overall(options.inFlight ?? MOST_IN_FLIGHT);
  const kill = new AbortController();
  let storeFailed = false;
  const stop = (failed: boolean) => {
    storeFailed ||= failed;
    kill.abort();
  };
  const flows: Flow[] = [];
  const models = new Map(liveModels(settings).map((model) => [model.name, modelOf(model, endpoints.get(model.name) as ModelEndpoint)] as const));
  const judge = settings.judge && judgeEndpoint ? modelOf({ name: "judge", ...settings.judge }, judgeEndpoint) : null;
  const embedder = settings.embedder && embedding ? embedderOf(settings.embedder, embedding) : null;
  return {
    host: { again: options.again, modelOf: (name) => models.get(name) as LiveModel, judge, embedder, tell: options.tell, spent: () => spending.state(), stop, storeFailed: () => storeFailed },
    budget: () => spending.state(),
    inFlight: () => flows.reduce((sum, one) => sum + one.state().inFlight, 0),
    async close() {
      kill.abort();
      lag.stop();
      await client.close();
    },
  };

  function modelOf({ name, live, price, remote }: { readonly name: string; readonly live: LiveSpec; readonly price?: ModelSpec["price"]; readonly remote?: RemoteSpec }, { backend, endpoint }: ModelEndpoint): LiveModel {
    const protocol = protocolOf(live.protocol);
    const call = (request: ChatRequest, signal: AbortSignal) => called(protocol, request, { backend, endpoint }, signal, remote?.chosenBy === undefined ? {} : { wantedHeader: remote.chosenBy });
    return liveModel(live, price ?? null, flowOf(name, backend), call, ...(remote ? [servedPrice(remote)] : []));
  }

  function servedPrice(remote: RemoteSpec): (one: Try) => TokenPrice | "free" | null {
    const pool = new Set(settings.models.map((model) => model.name));
    const priceOf = priceOfServed(remote, settings.models, listed);
    return (one) => priceOf(servedName(remote, pool, one));
  }

  function embedderOf({ live, price, batch }: EmbedderSpec, at: ModelEndpoint): LiveEmbedder {
    return liveEmbedder(live, price ?? null, flowOf("embedder", at.backend), (protocol, request, signal) => called(protocol, request, at, signal, { maxBytes: VECTORS_BYTES }), batch);
  }

  /** Calls of one model wait for each other. */
  function flowOf(name: string, backend: ModelBackend): Flow {
    const { concurrency = "adaptive", requestsPerMinute = null, tokensPerMinute = null, deadlineMs, retries } = backend;
    const jitter = random(settings.seed, "jitter", name);
    const own = flow(
      {
        ...FLOW_DEFAULTS,
        ...(concurrency === "adaptive" ? {} : { concurrency }),
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
        ...(retries === undefined ? {} : { retries }),
        requestsPerMinute,
        tokensPerMinute,
        ...options.fixed,
      },
      { clockMs: world.clockMs, sleep: realSleep, random: () => jitter.next(), overall: places, budget: spending, kill: kill.signal, onChange: (event) => options.tell({ model: name, ...event }) },
    );
    flows.push(own);
    return own;
  }

  function called<R extends { readonly model: string }>(protocol: Protocol<R>, request: R, { backend: { timeoutMs = TRY_MS, firstTokenTimeoutMs }, endpoint }: ModelEndpoint, signal: AbortSignal, more: { readonly maxBytes?: number; readonly wantedHeader?: string }): Promise<Try> {
    return liveCall(protocol, endpoint, request, {
      client,
      clockMs: world.clockMs,
      now: world.now,
      lag,
      signal,
      tryTimeoutMs: timeoutMs,
      ...(firstTokenTimeoutMs === undefined ? {} : { firstTokenTimeoutMs }),
      ...more,
    });
  }
}

interface ModelEndpoint {
  readonly backend: ModelBackend;
  readonly endpoint: Endpoint;
}

function endpointOf(name: string, loaded: LoadedConfig, world: World): ModelEndpoint {
  const k = (loaded.config.models ?? []).findIndex((model) => model.name === name);
  return endpointAt({ name, live: loaded.config.models?.[k]?.live }, loaded, world, loaded.placeAt(["models", k, "live"]));
}

function remoteEndpoint(name: string, settings: RunSettings, loaded: LoadedConfig, world: World): ModelEndpoint {
  const spec = policyOf(settings, name);
  const place = loaded.placeOf(spec, ["live"]);
  return keyed(remoteBackend(spec, loaded.config.backends ?? {}, place), loaded, world, place);
}

function endpointAt(model: Parameters<typeof backendOf>[0], { config, folder }: LoadedConfig, world: World, place: Place | undefined): ModelEndpoint {
  return keyed(backendOf(model, config.backends ?? {}, place), { folder }, world, place);
}

function keyed(backend: ModelBackend, { folder }: Pick<LoadedConfig, "folder">, world: World, place: Place | undefined): ModelEndpoint {
  return { backend, endpoint: { url: checkEndpoint(backend.url, backend.allowInsecure === true, place), apiKey: apiKeyOf(backend, folder, world, place), headers: backend.headers ?? {} } };
}
