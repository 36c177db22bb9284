import { Environment, EvaluationError, ParseError, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import { WrpError, type Place } from "../model/errors.ts";
import type { MetaValue, Prompt } from "../model/prompt.ts";

/** What a CEL expression can see of a prompt. */
export interface CelScope {
  readonly prompt: {
    readonly id: string;
    readonly text: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly lengthCodePoints: number;
    readonly tokens: number;
    readonly dataset: string;
    readonly session: string;
    readonly turn: number;
    readonly tags: readonly string[];
  };
  readonly meta: Readonly<Record<string, MetaValue>>;
  readonly signals: Readonly<Record<string, unknown>>;
}

/** A compiled condition. `missing` counts evaluations that met an absent field (those are "no match"). */
export interface Condition {
  readonly source: string;
  readonly missing: { count: number; example: string };
  test(scope: CelScope): boolean;
}

const environment = new Environment()
  .registerVariable("prompt", "map")
  .registerVariable("meta", "map")
  .registerVariable("signals", "map");

/** Compiles a CEL condition over `prompt`, `meta`, `signals`. Throws WrpError on a syntax error. */
export function condition(source: string, place?: Place): Condition {
  const evaluate = parse(source, place);
  const missing = { count: 0, example: "" };
  return {
    source,
    missing,
    test(scope) {
      let value: unknown;
      try {
        value = evaluate(scope as unknown as Record<string, unknown>);
      } catch (error) {
        if (error instanceof EvaluationError && error.message.startsWith("No such key")) {
          missing.count++;
          missing.example ||= firstLine(error.message);
          return false;
        }
        throw celError(source, error, place, `prompt ${scope.prompt.id}`);
      }
      if (typeof value !== "boolean")
        throw new WrpError(`CEL expression "${source}" on prompt ${scope.prompt.id}: must be true or false (got ${kindOf(value)})`, {
          code: "bad-condition",
          hint: "compare with something: prompt.tokens > 200.0",
          ...(place ? { place } : {}),
        });
      return value;
    },
  };
}

/** The scope of a prompt. Absent numbers and texts are left out, so that reading them is a missing field, not a zero. */
export function celScope(prompt: Prompt, signals: Readonly<Record<string, unknown>> = {}): CelScope {
  const view: Record<string, unknown> = { id: prompt.id, dataset: prompt.dataset, tags: prompt.tags };
  if (prompt.messages) {
    view["messages"] = prompt.messages;
    view["text"] = prompt.messages.map((m) => m.content).join("\n");
  }
  if (prompt.lengthCodePoints !== null) view["lengthCodePoints"] = prompt.lengthCodePoints;
  if (prompt.inputTokens !== null) view["tokens"] = prompt.inputTokens;
  if (prompt.session !== null) view["session"] = prompt.session;
  if (prompt.turn !== null) view["turn"] = prompt.turn;
  return { prompt: view as unknown as CelScope["prompt"], meta: prompt.meta, signals };
}

function parse(source: string, place?: Place) {
  try {
    return environment.parse(source);
  } catch (error) {
    throw celError(source, error, place);
  }
}

function celError(source: string, error: unknown, place?: Place, at?: string): unknown {
  const known = error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError || error instanceof RangeError;
  if (!known) return error;
  const message = error instanceof RangeError ? "is nested too deeply" : firstLine(error.message);
  return new WrpError(`CEL expression "${source}"${at ? ` on ${at}` : ""}: ${message}`, {
    code: "bad-condition",
    hint: message.includes("double") && message.includes("int")
      ? "numbers of a prompt are doubles: write 1.0, not 1, in arithmetic"
      : "conditions see prompt, meta and signals: prompt.tokens > 200 && 'pii' in prompt.tags",
    cause: error,
    ...(place ? { place } : {}),
  });
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
