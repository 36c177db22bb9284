import type { ChatRequest } from "../model/chat-request.ts";
import type { Message, MetaValue } from "../model/prompt.ts";
import { keepRequest } from "./chat-request.ts";
import { nameHash, newDraft, type Draft, type RowName } from "./draft.ts";
import { responseConfidence } from "./logprobs.ts";
import type { Notes } from "./notes.ts";
import { countCell, figureCell, newOutcome, settle } from "./outcome.ts";

/** What a record of a live system's log says about one call. Cells are as the log has them; blank ones are gaps. */
export interface LoggedCall {
  readonly id: string | null;
  /** Null where the log has no texts, or has them blacked out. */
  readonly messages: readonly Message[] | null;
  /** What the request said beside its texts, where the log has it. */
  readonly request: ChatRequest | null;
  /** The model that the call went to; null where the log does not say. */
  readonly model: string | null;
  readonly inputTokens: unknown;
  readonly outputTokens: unknown;
  readonly costUsd: unknown;
  readonly latencyMs: number | null;
  readonly ttftMs: number | null;
  /** Why it failed: status and class, never the message, which may quote prompts and keys. */
  readonly error: string | null;
  readonly text: string | null;
  /** The response's body, where the log has it: how sure the model was stands there. */
  readonly response?: unknown;
  readonly tags: readonly string[];
  /** Facts; null ones are left out. */
  readonly meta: Readonly<Record<string, MetaValue>>;
}

/** The cells' names, for errors. */
export interface CallCells {
  readonly inputTokens: string;
  readonly outputTokens: string;
  readonly costUsd: string;
}

/**
 * The prompt of a logged call, with its model as chosen and one outcome. A call that names no model stands without an
 * outcome, or is null where its text is not known either; both are noted. Throws BadRow.
 */
export function callPrompt(name: RowName, call: LoggedCall, cells: CallCells, notes: Notes): Draft | null {
  const where = `${name.file}, record ${name.row + 1}`;
  const draft = newDraft(name, call.id, call.messages, null);
  if (!call.messages) draft.hash = nameHash(draft.dataset, draft.id);
  keepRequest(draft, call.request);
  draft.tags = [...new Set(call.tags)];
  draft.meta = Object.fromEntries(Object.entries(call.meta).filter(([, value]) => value !== null));
  if (draft.meta["truncated"] === true) notes.add("cut-text", where);
  const tokens = tokensOf(call, cells);
  draft.inputTokens = tokens.inputTokens;
  if (call.model === null) {
    notes.add("no-model", where);
    return call.messages && draft;
  }
  draft.chosen = call.model;
  const outcome = newOutcome(call.model);
  outcome.costUsd = figureCell(call.costUsd, cells.costUsd);
  outcome.latencyMs = call.latencyMs;
  outcome.ttftMs = call.ttftMs;
  Object.assign(outcome, tokens);
  outcome.error = call.error;
  outcome.text = call.text;
  if (call.error === null) Object.assign(outcome, responseConfidence(call.response));
  draft.outcomes = [settle(outcome, notes, draft.id)];
  return draft;
}

/** No call has 0 input tokens: that is how logs write a count that nobody gave, and the other count is then none either. */
function tokensOf(call: LoggedCall, cells: CallCells): { inputTokens: number | null; outputTokens: number | null } {
  const inputTokens = countCell(call.inputTokens, cells.inputTokens) || null;
  const outputTokens = countCell(call.outputTokens, cells.outputTokens);
  return { inputTokens, outputTokens: inputTokens === null ? outputTokens || null : outputTokens };
}

const SNAPSHOT = /^[-@:]v?\d[\d.:-]*$/;

/**
 * The model that answered, by one name whether the call went well or not: `gpt-4o-2024-08-06` answering for `gpt-4o` is
 * the latter, as a failed call knows no better; another name than was asked for is the one chosen.
 */
export function servedModel(requested: string | null, answered: string | null): string | null {
  if (answered === null || requested === null) return answered ?? requested;
  return answered.startsWith(requested) && SNAPSHOT.test(answered.slice(requested.length)) ? requested : answered;
}
