import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isDeepStrictEqual } from "node:util";
import { createGzip } from "node:zlib";
import type { DatasetRow } from "../model/dataset-row.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt, RecordedOutcome } from "../model/prompt.ts";
import { QUIET, requestMessages } from "./chat.ts";
import type { Workload } from "./workload.ts";

/**
 * Writes a workload as wrp's own JSONL, to a stream (left open) or to an absolute path, gzipped where that ends in `.gz`. A path
 * gets its content under a temporary name first, so it never holds half of it. Returns the number of prompts.
 */
export async function exportWorkload(workload: Workload, target: Writable | string): Promise<number> {
  const rows = newRows(workload);
  if (typeof target !== "string") {
    await pipeline(Readable.from(rows.texts()), target, { end: false });
    return rows.count();
  }
  const partial = `${target}.partial`;
  try {
    const file = createWriteStream(partial);
    if (target.endsWith(".gz")) await pipeline(Readable.from(rows.texts()), createGzip(), file);
    else await pipeline(Readable.from(rows.texts()), file);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    throw error instanceof WrpError || code === undefined ? error : new WrpError(`"${target}" cannot be written (${code})`, { cause: error });
  }
  return rows.count();
}

function newRows(workload: Workload) {
  let count = 0;
  return {
    count: () => count,
    async *texts() {
      for await (const prompts of workload.batches()) {
        count += prompts.length;
        yield prompts.map((prompt) => `${JSON.stringify(rowOf(prompt))}\n`).join("");
      }
    },
  };
}

/** Facts that are not known are left out, and so are texts that the request has too. */
function rowOf(prompt: Prompt): DatasetRow {
  const { messages, request } = prompt;
  const said = messages !== null && request?.messages !== undefined && isDeepStrictEqual(requestMessages(request, QUIET), messages);
  const only = messages?.length === 1 && messages[0]?.role === "user" ? messages[0].content : undefined;
  return {
    id: prompt.id,
    ...(said || only === undefined ? {} : { prompt: only }),
    ...(messages && !said && only === undefined ? { messages: [...messages] } : {}),
    ...(request ? { request: request as NonNullable<DatasetRow["request"]> } : {}),
    ...(messages ? {} : { promptHash: prompt.hash, lengthCodePoints: prompt.lengthCodePoints ?? undefined }),
    dataset: prompt.dataset,
    inputTokens: prompt.inputTokens ?? undefined,
    reference: prompt.reference ?? undefined,
    grader: prompt.grader ?? undefined,
    ...(Object.keys(prompt.meta).length > 0 ? { meta: { ...prompt.meta } } : {}),
    ...(prompt.tags.length > 0 ? { tags: [...prompt.tags] } : {}),
    session: prompt.session ?? undefined,
    turn: prompt.turn ?? undefined,
    chosen: prompt.chosen ?? undefined,
    ...(prompt.outcomes.length > 0 ? { outcomes: Object.fromEntries(prompt.outcomes.map((outcome) => [outcome.model, figuresOf(outcome)])) } : {}),
  };
}

function figuresOf({ model: _model, ...outcome }: RecordedOutcome): NonNullable<DatasetRow["outcomes"]>[string] {
  return Object.fromEntries(Object.entries(outcome).filter(([, value]) => value !== null && value !== undefined));
}
