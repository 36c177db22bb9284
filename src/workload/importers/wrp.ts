import type { z } from "zod";
import { CONFIDENCES, type Confidence } from "../../model/answer.ts";
import { datasetRowSchema, type DatasetRow } from "../../model/dataset-row.ts";
import type { Message, RecordedOutcome } from "../../model/prompt.ts";
import type { Row } from "../containers/container.ts";
import { chatRequest, keepRequest } from "../chat-request.ts";
import { requestMessages, type Fields } from "../chat.ts";
import { nameHash, newDraft, type Draft, type RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { brief, newOutcome, OTHER_SCALE, settle, shown } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import { saidBy } from "../logprobs.ts";
import { perRow, type Importer } from "./importer.ts";

/** wrp's own rows (model/dataset-row.ts). */
export const wrp: Importer = {
  name: "wrp",
  describe: "wrp's own rows, as JSONL, JSON or Parquet: messages or prompt, and the outcomes of each model",
  detect(source) {
    const row = source.head[0] as Row;
    if (Array.isArray(row)) return false;
    const keys = Object.keys(row);
    if (!keys.some((key) => key === "prompt" || key === "messages" || key === "request" || key === "promptHash" || key === "outcomes")) return false;
    return keys.includes("outcomes") || keys.every((key) => Object.hasOwn(datasetRowSchema.shape, key));
  },
  open: (source) => ({
    sessions: true,
    read: (problems, notes) => perRow(source, problems, (row, name) => parse(row, name, notes)),
  }),
};

function parse(row: Row, name: RowName, notes: Notes): Draft {
  const checked = datasetRowSchema.safeParse(row);
  if (!checked.success) throw badRow(checked.error.issues[0] as z.core.$ZodIssue, row);
  const data: DatasetRow = { ...checked.data, outcomes: whole("outcomes", row, checked.data), meta: whole("meta", row, checked.data) };
  const request = (row as Fields)["request"] ?? null;
  const messages = messagesOf(data, request, { notes, where: `${name.file}, record ${name.row + 1}` });
  const draft = newDraft(name, data.id ?? null, messages, data.dataset ?? null);
  if (!messages) {
    draft.hash = data.promptHash ?? nameHash(draft.dataset, draft.id);
    draft.lengthCodePoints = data.lengthCodePoints ?? null;
  }
  if (request !== null) keepRequest(draft, chatRequest(request, data.request?.unknown ?? []));
  draft.inputTokens = data.inputTokens ?? null;
  draft.reference = data.reference ?? null;
  draft.grader = data.grader ?? null;
  draft.meta = data.meta ?? {};
  draft.tags = data.tags ?? [];
  draft.session = data.session ?? null;
  draft.turn = data.turn ?? null;
  draft.chosen = data.chosen ?? null;
  draft.outcomes = outcomesOf(data, draft.id, notes);
  return draft;
}

const PROTO = "__proto__";

/** zod leaves a member out whose name is __proto__, a name like any other here: it is checked by itself and put back in its place. */
function whole<K extends "outcomes" | "meta">(key: K, row: Row, data: DatasetRow): DatasetRow[K] {
  const own = (row as Readonly<Record<string, unknown>>)[key] as Readonly<Record<string, unknown>> | null | undefined;
  if (!own || !Object.hasOwn(own, PROTO)) return data[key];
  const checked = datasetRowSchema.shape[key].safeParse({ [STAND_IN]: own[PROTO] });
  if (!checked.success) {
    const { path, ...issue } = checked.error.issues[0] as z.core.$ZodIssue;
    throw badRow({ ...issue, path: [key, ...path.map((name) => (name === STAND_IN ? PROTO : name))] } as z.core.$ZodIssue, row);
  }
  const member = (checked.data as Record<string, unknown>)[STAND_IN];
  const members = Object.keys(own).map((name) => [name, name === PROTO ? member : (data[key] as Record<string, unknown>)[name]]);
  return Object.fromEntries(members) as DatasetRow[K];
}

/** A name that zod does not leave out. */
const STAND_IN = "proto";

function messagesOf(data: DatasetRow, request: unknown, place: Parameters<typeof requestMessages>[1]): Message[] | null {
  const prompt = data.prompt ?? null;
  const messages = data.messages ?? null;
  if (prompt !== null && messages !== null) throw new BadRow('a row has "prompt" or "messages", not both');
  if (prompt !== null) return [{ role: "user", content: prompt }];
  const said = messages ?? (request === null ? null : requestMessages(request, place));
  if (said === null && !data.promptHash && !data.id)
    throw new BadRow('a row needs "messages" or "prompt" (or, with figures only, "promptHash" or "id")');
  return said;
}

function outcomesOf(data: DatasetRow, promptId: string, notes: Notes): RecordedOutcome[] {
  const outcomes: RecordedOutcome[] = [];
  for (const [model, figures] of Object.entries(data.outcomes ?? {})) {
    if (model.trim() === "") throw new BadRow(`"outcomes" must name each model (got ${shown(model)})`);
    const outcome = newOutcome(model);
    if (figures) {
      outcome.quality = figures.quality ?? null;
      outcome.costUsd = figures.costUsd ?? null;
      outcome.latencyMs = figures.latencyMs ?? null;
      outcome.ttftMs = figures.ttftMs ?? null;
      outcome.inputTokens = figures.inputTokens ?? null;
      outcome.outputTokens = figures.outputTokens ?? null;
      outcome.error = figures.error ?? null;
      outcome.text = figures.text ?? null;
      Object.assign(outcome, confidenceOf(figures));
    }
    outcomes.push(settle(outcome, notes, promptId));
  }
  return outcomes;
}

/** What is stated, else what the log-probabilities say. */
function confidenceOf({ confidence, logprobs }: Pick<NonNullable<NonNullable<DatasetRow["outcomes"]>[string]>, "confidence" | "logprobs">): Pick<RecordedOutcome, "confidence"> {
  const stated = CONFIDENCES.flatMap((kind) => (typeof confidence?.[kind] === "number" ? [[kind, confidence[kind]]] : []));
  if (stated.length > 0) return { confidence: Object.fromEntries(stated) as Confidence };
  return saidBy(logprobs);
}

function badRow(issue: z.core.$ZodIssue, row: unknown): BadRow {
  const path = brief(issue.path.join("."));
  if (issue.code === "unrecognized_keys") {
    const key = brief([...issue.path, issue.keys[0]].join("."));
    return new BadRow(`unknown key "${key}"`, {
      hint: issue.path.length === 0 ? `known: ${Object.keys(datasetRowSchema.shape).join(", ")}` : "facts of your own go into meta",
    });
  }
  let value: unknown = row;
  for (const key of issue.path) value = (value as Record<PropertyKey, unknown>)[key];
  const above = issue.path.at(-1) === "quality" && typeof value === "number" && value > 1 && value < Infinity;
  return new BadRow(`"${path}" ${issue.message} (got ${shown(value)})`, above ? { hint: OTHER_SCALE } : {});
}
