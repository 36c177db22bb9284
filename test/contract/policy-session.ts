import { expect, test } from "vitest";
import { WrpError } from "../../src/model/errors.ts";
import type { PolicySession, PromptView, Undecided } from "../../src/router/policy.ts";
import type { Decision } from "../../src/model/decision.ts";

/** What a session of any policy does. `expected` is the model that it has to choose. */
export function policySessionContract(name: string, open: () => Promise<PolicySession>, expected: (view: PromptView) => string | null): void {
  const modelOf = (decision: Decision | Undecided) => {
    if ("undecided" in decision) return null;
    const step = decision.alternatives[0]?.steps[0];
    return step?.do === "call" ? step.model : null;
  };

  test(`${name}: batches of any size are decided in their order, by one process`, async () => {
    const session = await open();
    let from = 0;
    for (const size of [1, 0, 7, 200, 3]) {
      const views = Array.from({ length: size }, (_, i) => viewOf(from + i));
      expect((await session.decide(views)).map(modelOf)).toEqual(views.map(expected));
      from += size;
    }
    expect(session.notes()).toEqual([]);
    await session.end();
    const { startMs, eachMs } = session.times();
    expect(startMs).toBeGreaterThan(0);
    expect(eachMs).toHaveLength(from - 1);
    expect(eachMs.every((ms) => ms >= 0)).toBe(true);
  });

  test(`${name}: the same prompt again is decided alike, with a reason`, async () => {
    const session = await open();
    const [first, second] = await session.decide([viewOf(5), viewOf(5)]);
    expect(second).toEqual(first);
    expect(first).toMatchObject({ rule: expect.stringMatching(/./) });
    await session.end();
  });

  test(`${name}: opened and not asked, ended, killed, in any order and twice`, async () => {
    const session = await open();
    expect(session.times()).toEqual({ startMs: null, eachMs: [] });
    await session.end();
    await session.kill();
    await session.end();
    const killed = await open();
    await killed.kill();
    await killed.kill();
    await expect(killed.decide([viewOf(1)])).rejects.toThrow("over");
  });

  test(`${name}: killed while it is asked, the question is answered with an error`, async () => {
    const session = await open();
    const asked = session.decide(Array.from({ length: 500 }, (_, i) => viewOf(i)));
    const failed = expect(asked).rejects.toBeInstanceOf(WrpError);
    await session.kill();
    await failed;
  });
}

/** A made-up prompt: texts of many lengths, with marks, line ends and wide characters. */
export function viewOf(i: number): PromptView {
  const text = `Question ${i}: "${"wide 日本 🙂\n".repeat((i * 7) % 90)}"`;
  return {
    prompt: {
      ordinal: i,
      id: `q${i}`,
      hash: i.toString(16).padStart(32, "0"),
      messages: [{ role: "user", content: text }],
      dataset: "made up",
      file: "made-up.jsonl",
      row: i,
      lengthCodePoints: [...text].length,
      inputTokens: null,
      session: i % 3 === 0 ? "s" : null,
      turn: i % 3 === 0 ? i : null,
      tags: [],
      meta: { i },
      reference: null,
      grader: null,
      chosen: null,
      outcomes: [],
    },
    signals: {},
  };
}
