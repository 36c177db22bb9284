import type { SignalRequest } from "../../src/model/signal.ts";
import type { SignalSpec } from "../../src/signals/index.ts";
import { amount, built, cpuTime, type Figure } from "./measure.ts";

export const name = "signals";
export const aim = null;

const PROMPTS = 2_000;

/**
 * Deterministic signals, prompts per second of CPU time on one core, by type: many rules over prompts of some 50 to 500 characters, a tenth of
 * them in Chinese. Compared with nothing here; upstream's own Go code took 265 to 928 µs a prompt on its recipes, on a machine of this kind.
 */
export async function bench(): Promise<Figure[]> {
  const { compileSignals } = await built<typeof import("../../src/signals/index.ts")>("signals/index.js");
  const requests = Array.from({ length: PROMPTS }, (_, i) => requestOf(i));
  const measured = (what: string, specs: ReadonlyMap<string, readonly SignalSpec[]>): Figure => {
    const read = compileSignals(specs);
    let matches = 0;
    const ms = cpuTime(() => {
      matches = 0;
      for (const request of requests) for (const names of read(request).matched.values()) matches += names.length;
    });
    if (matches === 0) throw new Error(`${what}: nothing ever matched`);
    const count = [...specs.values()].reduce((sum, some) => sum + some.length, 0);
    return { name: what, ratio: (PROMPTS / ms) * 1000, unit: "prompts/s", detail: `${((ms * 1000) / PROMPTS).toFixed(1)} µs a prompt; ${count} rules; ${(matches / PROMPTS).toFixed(1)} match; ${amount(PROMPTS)} prompts` };
  };
  const types = TYPES.map(([type, what, specs]) => [measured(what, new Map([[type, specs]])), [type, specs] as const] as const);
  return [...types.map(([figure]) => figure), measured("all of these together", joined(types.map(([, entry]) => entry))), await personalData()];
}

/** Personal data by patterns, in prompts of which each fourth has some. */
async function personalData(): Promise<Figure> {
  const { findPii } = await built<typeof import("../../src/signals/pii/index.ts")>("signals/pii/index.js");
  const texts = Array.from({ length: PROMPTS }, (_, i) => `${requestOf(i).messages[0]?.content as string}${i % 4 === 0 ? ` Write to Anna Berg, anna.berg${i}@example.com, +1 555 010 ${1000 + (i % 9000)}, 12 Main Street.` : ""}`);
  let spans = 0;
  const ms = cpuTime(() => {
    spans = texts.reduce((sum, text) => sum + findPii(text).length, 0);
  });
  if (spans < PROMPTS) throw new Error(`personal data: only ${spans} spans`);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return { name: "personal data by patterns", ratio: (PROMPTS / ms) * 1000, unit: "prompts/s", detail: `${((ms * 1000) / PROMPTS).toFixed(1)} µs a prompt of ${(characters / PROMPTS).toFixed(0)} characters; ${amount(spans)} spans in ${amount(PROMPTS)} prompts` };
}

function joined(entries: readonly (readonly [string, readonly SignalSpec[]])[]): ReadonlyMap<string, readonly SignalSpec[]> {
  const all = new Map<string, readonly SignalSpec[]>();
  for (const [type, specs] of entries) all.set(type, [...(all.get(type) ?? []), ...specs]);
  return all;
}

const WORDS = ["refund", "sequence", "invoice", "prove", "lemma", "kernel", "password", "diagnose", "architecture", "translate", "clause", "dosage", "matrix", "latency", "summary", "verify"];

function rules(count: number, make: (i: number) => Readonly<Record<string, unknown>>): readonly SignalSpec[] {
  return Array.from({ length: count }, (_, i) => ({ name: `r${i}`, path: `rules[${i}]`, fields: make(i) }));
}

function phrase(i: number): string {
  return i % 5 === 0 ? `分析${String.fromCodePoint(0x4e00 + i * 7)}` : `${WORDS[i % 16]} ${WORDS[(i * 5 + 3) % 16]} ${i % 7 === 0 ? WORDS[(i * 3) % 16] : ""}`.trim();
}

const TYPES: readonly (readonly [string, string, readonly SignalSpec[]])[] = [
  ["keyword", "literal keywords, 16 a rule", rules(50, (i) => ({ operator: "OR", keywords: [...Array.from({ length: 15 }, (_, k) => phrase(i * 15 + k)), WORDS[i % 16]] }))],
  ["keyword", "regex keywords", rules(10, (i) => ({ operator: "OR", method: "regex", keywords: [`${WORDS[i]}s?\\s+(of|for)`, `\\b${WORDS[i + 1]}\\d{2,}`, "comes\\s+next"] })).map((spec) => ({ ...spec, name: `regex-${spec.name}` }))],
  ["keyword", "fuzzy keywords, 8 a rule", rules(10, (i) => ({ operator: "OR", fuzzy_match: true, keywords: Array.from({ length: 8 }, (_, k) => WORDS[(i + k) % 16]) })).map((spec) => ({ ...spec, name: `fuzzy-${spec.name}` }))],
  ["structure", "structure", [
    ...rules(4, (i) => ({ feature: { type: "count", source: { type: "regex", pattern: "[?？]" } }, predicate: { gte: i } })),
    ...rules(4, (i) => ({ feature: { type: "density", source: { type: "keyword_set", keywords: WORDS.slice(i, i + 8) } }, predicate: { gt: 0.01 } })),
    ...rules(1, () => ({ feature: { type: "exists", source: { type: "regex", pattern: "(?m)^\\s*\\d+\\.\\s+" } } })),
    ...rules(1, () => ({ feature: { type: "sequence", source: { type: "sequence", sequences: [["first", "then"], ["先", "再"]] } } })),
  ].map((spec, i) => ({ ...spec, name: `s${i}` }))],
  ["context", "context", rules(4, (i) => ({ min_tokens: String(i * 50), max_tokens: String(i * 50 + 49) }))],
  ["event", "events", rules(4, (i) => ({ event_types: [WORDS[i], "incident"], severities: ["critical", "high"], temporal: true }))],
];

function requestOf(i: number): SignalRequest {
  const chinese = i % 10 === 0;
  const topic = `${WORDS[(i * 7) % 16]} ${WORDS[(i * 11) % 16]}`;
  const content = chinese ? `请分析${topic}，先看这里，再看那里。`.repeat(1 + (i % 9)) : `Item ${i}: ${topic}. ${"which of these numbers comes next in the sequence? ".repeat(1 + (i % 9))}`;
  return { messages: [{ role: "user", content }], metadata: {}, user: null, groups: [], tools: [], toolChoice: null, responseFormat: null, maxTokens: null, maxCompletionTokens: null, unknown: new Set() };
}
