import type { LiveEvent, LiveHost } from "../evaluate/ask-live.ts";
import { liveModels } from "../evaluate/live-models.ts";
import type { RunSettings } from "../evaluate.ts";
import type { LiveSpec, ModelSpec } from "../model/config.ts";
import type { Place } from "../model/errors.ts";
import { budget, type Budget, type BudgetState } from "../pool/flow/budget.ts";
import { flow, FLOW_DEFAULTS, type Flow, type FlowEvent } from "../pool/flow/flow.ts";
import { overall } from "../pool/flow/overall.ts";
import { realSleep } from "../pool/flow/sleep.ts";
import { checkEndpoint, type Endpoint } from "../pool/endpoint.ts";
import { liveModel, type LiveModel } from "../pool/live.ts";
import { protocolOf } from "../pool/protocols/index.ts";
import { random } from "../stats/random.ts";
import { backendOf, type ModelBackend } from "./backends.ts";
import type { LoadedConfig } from "./load-config.ts";
import { apiKeyOf } from "./secrets.ts";
import type { World } from "./world.ts";

/** Most calls in flight over all models, where -j says nothing. */
const MOST_IN_FLIGHT = 256;
const TRY_MS = 120_000;

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
  const endpoints = new Map(liveModels(settings).map(({ name }) => [name, endpointOf(name, loaded, world)] as const));
  const judgeEndpoint = settings.judge ? endpointAt({ name: "judge", live: loaded.config.judge?.live }, loaded, world, loaded.placeAt(["judge", "live"])) : null;
  const [{ httpClient }, { watchLag }, { liveCall }] = await Promise.all([import("../pool/http-client.ts"), import("../pool/lag.ts"), import("../pool/live-call.ts")]);
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
  return {
    host: { again: options.again, modelOf: (name) => models.get(name) as LiveModel, judge, tell: options.tell, spent: () => spending.state(), stop, storeFailed: () => storeFailed },
    budget: () => spending.state(),
    inFlight: () => flows.reduce((sum, one) => sum + one.state().inFlight, 0),
    async close() {
      kill.abort();
      lag.stop();
      await client.close();
    },
  };

  function modelOf({ name, live, price }: { readonly name: string; readonly live: LiveSpec; readonly price?: ModelSpec["price"] }, { backend, endpoint }: ModelEndpoint): LiveModel {
    const { concurrency = "adaptive", requestsPerMinute = null, tokensPerMinute = null, deadlineMs, retries, timeoutMs = TRY_MS, firstTokenTimeoutMs } = backend;
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
    const protocol = protocolOf(live.protocol);
    return liveModel(live, price ?? null, own, (request, signal) =>
      liveCall(protocol, endpoint, request, {
        client,
        clockMs: world.clockMs,
        now: world.now,
        lag,
        signal,
        tryTimeoutMs: timeoutMs,
        ...(firstTokenTimeoutMs === undefined ? {} : { firstTokenTimeoutMs }),
      }),
    );
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

function endpointAt(model: Parameters<typeof backendOf>[0], { config, folder }: LoadedConfig, world: World, place: Place | undefined): ModelEndpoint {
  const backend = backendOf(model, config.backends ?? {}, place);
  return { backend, endpoint: { url: checkEndpoint(backend.url, backend.allowInsecure === true, place), apiKey: apiKeyOf(backend, folder, world, place), headers: backend.headers ?? {} } };
}
