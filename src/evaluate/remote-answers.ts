import type { RemoteSpec } from "../model/config.ts";
import type { Answer } from "../model/answer.ts";
import type { RemoteAnswer } from "../outcomes/columns.ts";
import type { StoredRouting } from "../outcomes/store.ts";
import { costOfTokens, ratesOf } from "../pool/priced.ts";
import { decisionName, priceOfServed, servedName } from "../pool/remote.ts";
import type { RunSettings } from "./parts.ts";

/**
 * Says of a live router's answers who served them. What was asked before the config had a price for what served it has none in the store:
 * it is priced here, where one try brought it and its tokens are known.
 */
export function remoteAnswers(remote: RemoteSpec, { models }: Pick<RunSettings, "models">): (answer: Answer, routing: StoredRouting | null) => RemoteAnswer {
  const pool = new Set(models.map(({ name }) => name));
  const priceOf = priceOfServed(remote, models);
  return (answer, routing) => {
    const served = routing && servedName(remote, pool, routing);
    return { answer: routing?.tries === 1 ? { ...answer, costUsd: answer.costUsd ?? costOf(answer, routing, served) } : answer, served, decision: routing && decisionName(routing) };
  };

  function costOf({ error, inputTokens, outputTokens }: Answer, { cachedInputTokens }: StoredRouting, served: string | null): number | null {
    const rates = ratesOf(priceOf(served));
    if (!rates || error !== null || inputTokens === null || outputTokens === null) return null;
    return costOfTokens(rates, inputTokens, outputTokens, Math.min(cachedInputTokens ?? 0, inputTokens));
  }
}
