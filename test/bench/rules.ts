import type { Prompt } from "../../src/model/prompt.ts";
import { amount, built, cpuTime, type Figure } from "./measure.ts";

export const name = "rules";
export const aim = null;

const PROMPTS = 20_000;

/** A `rules` policy of five CEL conditions deciding prompt by prompt, alone: decisions per second of CPU time, compared with nothing. */
export async function bench(): Promise<Figure[]> {
  const { buildPolicy } = await built<typeof import("../../src/router/index.ts")>("router/index.js");
  const models = ["small", "medium", "large"].map((model, m) => ({ name: model, quality: 0.5 + m / 10, costUsdPer1k: 10 ** m }));
  const policy = buildPolicy(
    {
      kind: "rules",
      rules: [
        { when: "'pii' in prompt.tags", model: "small" },
        { when: "prompt.tokens > 900.0", model: "large" },
        { when: "meta.subject == 'law' || meta.subject == 'medicine'", model: "large" },
        { when: "prompt.text.contains('prove') && prompt.lengthCodePoints > 200.0", model: "medium" },
        { when: "prompt.text.startsWith('Translate') || prompt.text.matches('^(hi|hello)')", model: "small" },
      ],
      default: "medium",
    },
    { models, weak: "small", strong: "large", factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } },
  );
  const prompts = Array.from({ length: PROMPTS }, (_, i) => makePrompt(i));
  const fired = new Map<string, number>();
  const ms = cpuTime(() => {
    fired.clear();
    for (const prompt of prompts) {
      const decision = policy.decide?.({ prompt, signals: {} });
      const rule = decision && "rule" in decision ? decision.rule : "";
      fired.set(rule, (fired.get(rule) ?? 0) + 1);
    }
  });
  if (fired.size !== 6) throw new Error(`${fired.size} of 6 outcomes met`);
  const byDefault = ((fired.get("default") ?? 0) / PROMPTS) * 100;
  return [
    { name: "rules policy, five CEL conditions, prompt by prompt", ratio: (PROMPTS / ms) * 1000, unit: "decisions/s", detail: `${((ms * 1000) / PROMPTS).toFixed(1)} µs a prompt; ${byDefault.toFixed(0)} % of ${amount(PROMPTS)} prompts try all five` },
  ];
}

function makePrompt(i: number): Prompt {
  const words = ["Explain", "prove that", "Translate", "hello", "List"][(i * 7) % 5] as string;
  const content = `${words} item ${i}: ${"which of these numbers comes next in the sequence? ".repeat(1 + (i % 9))}`;
  const tags = i % 20 === 0 ? ["pii"] : [];
  const subject = ["law", "history", "physics", "chemistry", "biology", "geography", "music"][i % 7] as string;
  return {
    ordinal: i, id: `q-${i}`, hash: i.toString(16).padStart(32, "0"), messages: [{ role: "user", content }], dataset: "bench", file: "bench.jsonl", row: i,
    lengthCodePoints: content.length, inputTokens: (i * 37) % 1000, session: null, turn: null, tags, meta: { subject }, reference: null, grader: null, chosen: null, outcomes: [],
  };
}
