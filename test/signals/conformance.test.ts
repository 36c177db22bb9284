import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { raise } from "../../src/model/errors.ts";
import { compileSignals, type SignalSpec } from "../../src/signals/index.ts";
import { keywordMatcher } from "../../src/signals/kinds/keyword.ts";
import { requestView } from "../../src/signals/request-view.ts";
import { SHARED_DATA } from "../wrp.ts";
import { failures, hasVectors, requestOf, vectorRules, vectors, type WrittenRequest } from "./vectors.ts";

type Rule = { readonly name: string } & Readonly<Record<string, unknown>>;

function specsOf(path: string, rules: readonly Rule[]): readonly SignalSpec[] {
  return rules.map((fields, i) => ({ name: fields.name, fields, path: `routing.signals.${path}[${i}]` }));
}

describe.skipIf(!hasVectors("keyword.jsonl"))("cases that upstream's own code made (skipped without shared/vectors/vllm-sr)", () => {
  test("keywords", () => {
    const cases = vectors<{ id: string; rules: Rule[]; text: string; expect: { matched: string[]; matched_keywords: string[] } }>("keyword.jsonl");
    const failed = failures("keyword.jsonl", cases, ({ rules, text, expect: wanted }) => {
      const specs = specsOf("keywords", rules);
      const matches = keywordMatcher(specs, raise).matches(requestView(requestOf({ text })), "all");
      expect(matches.map(({ name }) => name)).toEqual(wanted.matched);
      expect([...new Set(matches.flatMap(({ keywords }) => keywords))]).toEqual([...new Set(wanted.matched_keywords)]);
      const readings = compileSignals(new Map([["keyword", specs]]))(requestOf({ text }));
      expect(readings.matched.get("keyword") ?? []).toEqual(wanted.matched);
      expect(readings.confidences.size).toBe(0);
    });
    expect(failed).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });

  test("structure", () => {
    const cases = vectors<{ id: string; rule: Rule; text: string; expect: { matched: boolean; value: number; confidence: number } }>("structure.jsonl");
    const failed = failures("structure.jsonl", cases, ({ rule, text, expect: wanted }) => {
      const { matched, values, confidences } = compileSignals(new Map([["structure", specsOf("structure", [rule])]]))(requestOf({ text }));
      expect(matched.has("structure")).toBe(wanted.matched);
      expect(values.get(`structure:${rule.name}`)).toBeCloseTo(wanted.value, 12);
      expect(confidences.get(`structure:${rule.name}`)).toBeCloseTo(wanted.confidence, 12);
    });
    expect(failed).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });

  test("events", () => {
    const cases = vectors<{ id: string; rule: Rule; text: string; expect: { matched: boolean; confidence: number | null } }>("event.jsonl");
    const failed = failures("event.jsonl", cases, ({ rule, text, expect: wanted }) => {
      const { matched, confidences } = compileSignals(new Map([["event", specsOf("events", [rule])]]))(requestOf({ text }));
      expect(matched.has("event")).toBe(wanted.matched);
      expect(confidences.get(`event:${rule.name}`) ?? null).toEqual(wanted.confidence);
    });
    expect(failed).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });

  test("request envelopes: tokens, context, conversation, metadata", () => {
    const rules = vectorRules<{ conversation: Rule[]; context: Rule[]; metadata: Rule[] }>("request_envelope.rules.json");
    const read = compileSignals(new Map(Object.entries(rules).map(([type, some]) => [type, specsOf(type, some)])));
    const cases = vectors<{ id: string; request: WrittenRequest; expect: { token_count: number } & Record<string, string[]> }>("request_envelope.jsonl");
    const failed = failures("request_envelope.jsonl", cases, ({ request, expect: wanted }) => {
      const { matched } = read(requestOf(request));
      expect(requestView(requestOf(request)).tokens).toBe(wanted.token_count);
      for (const type of ["context", "conversation", "metadata"]) expect(matched.get(type) ?? []).toEqual(wanted[type] ?? []);
    });
    expect(failed).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });
});

const CONFIGS = join(SHARED_DATA, "vllm-sr-configs");
const KEYS = { keyword: "keywords", context: "context", structure: "structure", conversation: "conversation", event: "events", metadata: "metadata" } as const;

describe.skipIf(!hasVectors("recipe_probes.jsonl") || !existsSync(CONFIGS))("recipes' probes (skipped without shared/vectors/vllm-sr and shared/data/vllm-sr-configs)", () => {
  test("what deterministic signals match, and the tokens", () => {
    const cases = vectors<{ id: string; config: string; request: WrittenRequest; oracle: { matched: Record<string, string[]>; token_count: number } }>("recipe_probes.jsonl");
    const configs = new Map(["accuracy", "balance", "knowledge", "privacy"].map((recipe) => [`config/recipes/${recipe}/config.yaml`, recipeOf(join(CONFIGS, recipe, "config.yaml"))]));
    const failed = failures("recipe_probes.jsonl (signals)", cases, ({ config, request, oracle }) => {
      const { read, countsTokens } = configs.get(config) ?? recipeOf(join(CONFIGS, config.replace("config/recipes/", "")));
      const { matched } = read(requestOf(request));
      for (const type of Object.keys(KEYS)) expect([...(matched.get(type) ?? [])].sort(), type).toEqual([...(oracle.matched[type] ?? [])].sort());
      // Tokens are counted only where a context signal asks for them.
      expect(countsTokens ? requestView(requestOf(request)).tokens : 0).toBe(oracle.token_count);
    });
    expect(failed).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });
});

/** A recipe's deterministic signals: upstream reads a type where a decision or projection asks for one of it. */
function recipeOf(path: string): { readonly read: ReturnType<typeof compileSignals>; readonly countsTokens: boolean } {
  const { signals, decisions, projections } = (parse(readFileSync(path, "utf8")) as { routing: { signals: Record<string, Rule[]>; decisions: unknown; projections: unknown } }).routing;
  const asked = JSON.stringify([decisions, projections]);
  const specs = Object.entries(KEYS).flatMap(([type, key]): [string, readonly SignalSpec[]][] => (signals[key] && asked.includes(`"type":"${type}"`) ? [[type, specsOf(key, signals[key])]] : []));
  return { read: compileSignals(new Map(specs)), countsTokens: signals["context"] !== undefined };
}
