import { createParser } from "eventsource-parser";
import { StreamError, type StreamReader } from "./protocol.ts";
import { quoted } from "./backend-words.ts";

/** Reads the text of one response, whatever its content type claims: server-sent events, or one JSON document. */
export interface ResponseBody {
  /** Takes the next piece; true where it brought (a part of) a token. Throws `StreamError`. */
  take(text: string): boolean;
  /** Takes the end. Throws `StreamError`. */
  end(): void;
  /** Whether it is one document; null while that is not known. */
  isDocument(): boolean | null;
}

/** Enough to tell what it is: a field of an event, or a brace. */
const TOLD_BY = 8;

export function responseBody(reader: StreamReader): ResponseBody {
  let form: "events" | "document" | null = null;
  /** What is held: the start while the form is not known, then the document. */
  let held = "";
  let token = false;
  let events = 0;
  const parser = createParser({
    onEvent: (event) => {
      events++;
      if (!reader.over() && reader.take(event)) token = true;
    },
  });

  // A function, since the compiler does not see that `begin` sets it.
  const isEvents = () => form === "events";

  function begin(ended: boolean): void {
    held = held.replace(/^[\uFEFF\s]+/, "");
    if (held.length < TOLD_BY && !ended && !/^[{[<:]|\n/.test(held)) return;
    if (/^[{[]/.test(held)) form = "document";
    else if (/^(:|(data|event|id|retry)\b)/.test(held)) form = "events";
    else if (held !== "") throw new StreamError("malformed", `neither an event stream nor JSON came: ${quoted(held.slice(0, 2000))}`);
  }

  function take(text: string): boolean {
    token = false;
    if (form === "events") {
      parser.feed(text);
      return token;
    }
    held += text;
    if (form === null) begin(false);
    if (isEvents()) {
      parser.feed(held);
      held = "";
    }
    return token;
  }

  function end(): void {
    if (form === null) begin(true);
    if (form === "document") return reader.takeWhole(parsed(held));
    if (form === null) return;
    // Some servers end without the blank line that completes the last event.
    parser.feed(`${held}\n\n`);
    if (events > 0 && !reader.ended() && isEmpty(reader)) throw new StreamError("malformed", `${events} events came, none of them of this protocol`);
  }

  return { take, end, isDocument: () => (form === null ? null : form === "document") };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StreamError("malformed", `the answer is not JSON: ${quoted(text.slice(0, 2000))}`);
  }
}

function isEmpty(reader: StreamReader): boolean {
  const { text, toolCalls, finishReason, servedModel, usage } = reader.answer();
  return [text, toolCalls, finishReason, servedModel, ...Object.values(usage)].every((value) => value === null);
}
