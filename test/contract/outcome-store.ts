import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WrpError } from "../../src/model/errors.ts";
import type { Try } from "../../src/model/live.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import type { Report } from "../../src/model/report.ts";
import type { OutcomeStore, StoredDecisions, StoredTry } from "../../src/outcomes/store.ts";
import { anyPrompts, header, outcome, prompt, summary } from "../outcomes/prompts.ts";

/** What every outcome store promises. `open` gives a new, empty store each time. */
export function outcomeStoreContract(name: string, open: () => Promise<OutcomeStore>): void {
  const withStore = (body: (store: OutcomeStore) => void) => async () => {
    const store = await open();
    try {
      body(store);
    } finally {
      store.close();
    }
  };

  test(`${name}: looks at held-out prompts are counted, the same look once`, withStore((store) => {
    expect(["one", "two", "one", "three"].map((what) => store.countLook("w", what))).toEqual([1, 2, 1, 3]);
    expect(store.countLook("v", "two")).toBe(1);
    expect(store.countLook("w", "two")).toBe(2);
  }));

  describe(`${name}: prompts`, () => {
    test("come back deeply equal, in order", async () => {
      const store = await open();
      let round = 0;
      fc.assert(
        fc.property(anyPrompts(), (prompts) => {
          const h = header(`round ${++round}`, `content ${round}`);
          const outcomes = prompts.flatMap((p) => p.outcomes);
          const writer = store.writeWorkload(h);
          writer.append(prompts);
          expect(writer.finish(summary(prompts.length))).toEqual({
            answersNew: outcomes.length,
            answersKnown: 0,
            gradesNew: outcomes.filter((o) => o.quality !== null).length,
            gradesKnown: 0,
          });
          expect(readAll(store, h.hash)).toStrictEqual(prompts);
          expect(store.findWorkload(h.hash)).toStrictEqual({ header: h, summary: summary(prompts.length), prompts: prompts.length, texts: true });
        }),
        { numRuns: 150 },
      );
      store.close();
    });

    test(
      "are read in batches of at most 512, and the store may be written between two of them",
      withStore((store) => {
        const prompts = fruits(0, 1300);
        save(store, "w", prompts);
        const sizes: number[] = [];
        const back: Prompt[] = [];
        for (const batch of store.readPrompts("w")) {
          sizes.push(batch.length);
          back.push(...batch);
          store.startRun(run(`run-${sizes.length}`), []);
        }
        expect(sizes).toEqual([512, 512, 276]);
        expect(back).toStrictEqual(prompts);
      }),
    );

    test(
      "with huge texts come in smaller batches",
      withStore((store) => {
        const huge = "🍌".repeat(2_500_000);
        const prompts = fruits(0, 9, { outcomes: [outcome("small", { text: huge })] });
        save(store, "w", prompts);
        const batches = [...store.readPrompts("w")];
        expect(batches.map((batch) => batch.length)).toEqual([4, 4, 1]);
        expect(batches.flat().every((p) => p.outcomes[0]?.text === huge)).toBe(true);
      }),
    );

    test(
      "a writer can be given them one at a time",
      withStore((store) => {
        const prompts = fruits(0, 20);
        const writer = store.writeWorkload(header("w"));
        for (const p of prompts) writer.append([p]);
        writer.finish(summary(20));
        expect(readAll(store, "w")).toStrictEqual(prompts);
      }),
    );

    test(
      "known by figures only stay so beside the same prompts with their text",
      withStore((store) => {
        const bare = prompt(0, { messages: null, hash: "same" });
        const full = prompt(0, { hash: "same" });
        save(store, "bare", [bare], "figures");
        save(store, "full", [full], "texts");
        expect(readAll(store, "bare")).toStrictEqual([bare]);
        expect(readAll(store, "full")).toStrictEqual([full]);
        expect(store.readTexts("bare", [0])).toEqual(new Map([[0, null]]));
      }),
    );

    test(
      "give their texts by ordinal",
      withStore((store) => {
        const messages = [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Ripe?" },
        ];
        save(store, "w", [prompt(0), prompt(1, { messages }), prompt(2, { messages: null })]);
        expect(store.readTexts("w", [2, 1, 7])).toEqual(
          new Map([
            [2, null],
            [1, "Be brief.\nRipe?"],
          ]),
        );
      }),
    );

    test(
      "of a workload that was never written are a bug, not an empty list",
      withStore((store) => {
        expect(() => readAll(store, "nowhere")).toThrow("nowhere is not in the store");
        expect(() => store.readTexts("nowhere", [0])).toThrow("nowhere is not in the store");
        expect(store.findWorkload("nowhere")).toBeNull();
      }),
    );
  });

  describe(`${name}: nothing twice`, () => {
    test(
      "a second append of the same workload stores nothing",
      withStore((store) => {
        const prompts = fruits(0, 700);
        expect(save(store, "w", prompts)).toEqual({ answersNew: 1400, answersKnown: 0, gradesNew: 1400, gradesKnown: 0 });
        expect(save(store, "w", prompts)).toEqual({ answersNew: 0, answersKnown: 1400, gradesNew: 0, gradesKnown: 1400 });
        expect(readAll(store, "w")).toStrictEqual(prompts);
      }),
    );

    test(
      "an abandoned workload keeps what it has, is not complete, and is gone on with",
      withStore((store) => {
        const prompts = fruits(0, 30);
        const writer = store.writeWorkload(header("w"));
        writer.append(prompts.slice(0, 10));
        writer.abandon();
        expect(store.findWorkload("w")).toBeNull();
        expect(readAll(store, "w")).toStrictEqual(prompts.slice(0, 10));
        expect(save(store, "w", prompts)).toEqual({ answersNew: 40, answersKnown: 20, gradesNew: 40, gradesKnown: 20 });
        expect(readAll(store, "w")).toStrictEqual(prompts);
      }),
    );

    test(
      "another split of the same file finds its answers",
      withStore((store) => {
        save(store, "whole", fruits(0, 30));
        const split = fruits(10, 20).map((p, i) => ({ ...p, ordinal: i }));
        expect(save(store, "split", split)).toEqual({ answersNew: 0, answersKnown: 20, gradesNew: 0, gradesKnown: 20 });
        expect(readAll(store, "split")).toStrictEqual(split);
      }),
    );

    test(
      "another file with the same prompts is another source of answers",
      withStore((store) => {
        save(store, "w", fruits(0, 5), "one");
        expect(save(store, "v", fruits(0, 5), "other").answersNew).toBe(10);
      }),
    );

    test(
      "a file beside its own copy is one source, and each keeps its name",
      withStore((store) => {
        const file = header("w").files[0] as ReturnType<typeof header>["files"][number];
        const writer = store.writeWorkload({ ...header("w"), files: [file, { ...file, name: "copy.jsonl" }] });
        const twice = [prompt(0), prompt(0, { ordinal: 1, file: "copy.jsonl" })];
        writer.append(twice);
        expect(writer.finish(summary(2))).toMatchObject({ answersNew: 2, answersKnown: 2 });
        expect(readAll(store, "w")).toStrictEqual(twice);
      }),
    );

    test(
      "the same model twice in a record is two samples, known again as such",
      withStore((store) => {
        const p = prompt(0, { outcomes: [outcome("small", { text: "a" }), outcome("large"), outcome("small", { text: "b" })] });
        expect(save(store, "w", [p]).answersNew).toBe(3);
        expect(save(store, "v", [p])).toMatchObject({ answersNew: 0, answersKnown: 3 });
        expect(readAll(store, "v")).toStrictEqual([p]);
      }),
    );

    test(
      "an answer without a grade gets none, and takes one that is found later",
      withStore((store) => {
        const ungraded = prompt(0, { outcomes: [outcome("small", { quality: null })] });
        expect(save(store, "w", [ungraded])).toMatchObject({ answersNew: 1, gradesNew: 0, gradesKnown: 0 });
        expect(readAll(store, "w")[0]?.outcomes[0]?.quality).toBeNull();
        expect(save(store, "v", [prompt(0, { outcomes: [outcome("small")] })])).toEqual({ answersNew: 0, answersKnown: 1, gradesNew: 1, gradesKnown: 0 });
      }),
    );
  });

  describe(`${name}: what cannot be`, () => {
    const impossible: [string, Partial<ReturnType<typeof outcome>>][] = [
      ["a quality above 1", { quality: 1.01 }],
      ["a quality below 0", { quality: -0.01 }],
      ["a negative cost", { costUsd: -1e-9 }],
      ["a negative latency", { latencyMs: -1 }],
      ["a negative time to first token", { ttftMs: -1 }],
      ["negative input tokens", { inputTokens: -1 }],
      ["negative output tokens", { outputTokens: -1 }],
    ];
    test.each(impossible)("%s is rejected, and its group with it", async (_, wrong) => {
      const store = await open();
      const writer = store.writeWorkload(header("w"));
      writer.append([prompt(0), prompt(1, { outcomes: [outcome("small", wrong)] })]);
      expect(() => writer.finish(summary(2))).toThrow("CHECK constraint failed");
      expect(() => writer.finish(summary(2))).toThrow("has ended");
      writer.abandon();
      expect(store.findWorkload("w")).toBeNull();
      expect(readAll(store, "w")).toEqual([]);
      expect(save(store, "w", fruits(0, 2))).toMatchObject({ answersNew: 4 });
      expect(readAll(store, "w")).toStrictEqual(fruits(0, 2));
      store.close();
    });

    test(
      "a prompt from a file that the workload does not name",
      withStore((store) => {
        const writer = store.writeWorkload(header("w"));
        writer.append([prompt(0, { file: "vegetables.jsonl" })]);
        expect(() => writer.abandon()).toThrow("vegetables.jsonl");
      }),
    );

    test(
      "using a writer that has ended",
      withStore((store) => {
        const writer = store.writeWorkload(header("w"));
        writer.finish(summary(0));
        expect(() => writer.append([])).toThrow("has ended");
        expect(() => writer.finish(summary(0))).toThrow("has ended");
      }),
    );
  });

  describe(`${name}: decisions`, () => {
    test("come back as they were saved", async () => {
      const store = await open();
      save(store, "w", fruits(0, 3));
      let round = 0;
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.integer({ min: -1, max: 3 }), fc.integer({ min: -1, max: 2 }))), (pairs) => {
          const decisions: StoredDecisions = {
            models: ["small", "large", 'the "quoted"', "größer"],
            model: Int32Array.from(pairs, ([m]) => m),
            rule: Int32Array.from(pairs, ([, r]) => r),
            rules: ["length ≥ 100", "default", "tag"],
            notes: ["met nothing odd"],
          };
          const policy = `policy ${++round}`;
          expect(store.findDecisions(policy, "w")).toBeNull();
          store.saveDecisions(policy, "w", decisions);
          expect(store.findDecisions(policy, "w")).toStrictEqual(decisions);
        }),
      );
      store.close();
    });

    test("of learned policies come back with what was expected and their curves", async () => {
      const store = await open();
      save(store, "w", fruits(0, 3));
      let round = 0;
      const column = <T>(of: fc.Arbitrary<T>, n: number) => fc.array(of, { minLength: n, maxLength: n });
      const expectation = fc.integer({ min: 0, max: 9 }).chain((n) =>
        fc.record({
          quality: column(column(fc.float({ min: 0, max: 1 }), n), 2).map((table) => table.map((values) => Float32Array.from(values))),
          choices: fc.option(
            fc.array(fc.record({ value: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), model: column(fc.integer({ min: -1, max: 1 }), n) }), { minLength: 1, maxLength: 5 }).map((points) => ({
              knob: { name: "lambda", unit: "quality per USD" },
              values: points.map(({ value }) => value),
              own: points.length - 1,
              model: points.map(({ model }) => Int32Array.from(model)),
            })),
          ),
        }, { noNullPrototype: true }),
      );
      fc.assert(
        fc.property(expectation, (expected) => {
          const n = expected.quality[0]?.length ?? 0;
          const decisions: StoredDecisions = { models: ["a", "b"], model: new Int32Array(n), rule: new Int32Array(n), rules: ["it"], notes: [], expectation: expected };
          const policy = `learned ${++round}`;
          store.saveDecisions(policy, "w", decisions);
          expect(store.findDecisions(policy, "w")).toStrictEqual(decisions);
        }),
      );
      store.close();
    });

    test(
      "saved a second time change nothing, and belong to one workload",
      withStore((store) => {
        save(store, "w", fruits(0, 2));
        save(store, "v", fruits(0, 2));
        const first = { models: ["small"], model: Int32Array.of(0, -1), rule: Int32Array.of(-1, -1), rules: [], notes: [] };
        store.saveDecisions("p", "w", first);
        store.saveDecisions("p", "w", { ...first, models: ["other"] });
        expect(store.findDecisions("p", "w")).toStrictEqual(first);
        expect(store.findDecisions("p", "v")).toBeNull();
        expect(() => store.saveDecisions("p", "nowhere", first)).toThrow("nowhere is not in the store");
      }),
    );
  });

  describe(`${name}: runs`, () => {
    test(
      "go from running to complete with their report and prices",
      withStore((store) => {
        const prices = [
          { model: "zebra", inputUsdPer1M: 0.15, outputUsdPer1M: 0.6, source: "the config" },
          { model: "ant", inputUsdPer1M: null, outputUsdPer1M: null, source: "the data" },
        ];
        store.startRun(run("r1"), prices);
        expect(store.findRun("r1")).toStrictEqual({ ...run("r1"), status: "running", reportKey: null });
        store.finishRun("r1", "key", report("one"));
        expect(store.findRun("r1")).toStrictEqual({ ...run("r1"), status: "complete", reportKey: "key" });
        expect(store.readPrices("r1")).toStrictEqual(prices);
        expect(store.findReport("key")).toStrictEqual(report("one"));
        expect(store.findReport("other")).toBeNull();
      }),
    );

    test(
      "with the same report key share the first one's report",
      withStore((store) => {
        store.startRun(run("r1"), []);
        store.finishRun("r1", "key", report("one"));
        store.startRun(run("r2"), []);
        store.finishRun("r2", "key", report("two"));
        expect(store.findReport("key")).toStrictEqual(report("one"));
        expect(store.findRun("r2").reportKey).toBe("key");
      }),
    );

    test(
      "started again under their id are resumed, with the new prices",
      withStore((store) => {
        const price = { model: "ant", inputUsdPer1M: 1, outputUsdPer1M: 2, source: "the config" };
        store.startRun(run("r1"), [price, { ...price, model: "bee" }]);
        store.failRun("r1");
        expect(store.findRun("r1").status).toBe("failed");
        store.startRun({ ...run("r1"), seed: 8 }, [{ ...price, inputUsdPer1M: 3 }]);
        expect(store.findRun("r1")).toMatchObject({ status: "running", seed: 8 });
        expect(store.readPrices("r1")).toStrictEqual([{ ...price, inputUsdPer1M: 3 }]);
      }),
    );

    test(
      "are found by id, by a unique beginning, or as the latest complete one",
      withStore((store) => {
        store.startRun(run("apple", "2026-01-03T00:00:00Z"), []);
        store.finishRun("apple", "a", report("a"));
        store.startRun(run("apple-2", "2026-01-01T00:00:00Z"), []);
        store.finishRun("apple-2", "b", report("b"));
        store.startRun(run("banana", "2026-01-04T00:00:00Z"), []);
        expect(store.findRun("apple").id).toBe("apple");
        expect(store.findRun("apple-").id).toBe("apple-2");
        expect(store.findRun("b").id).toBe("banana");
        expect(store.findRun("latest").id).toBe("apple");
      }),
    );

    test(
      "that are unknown or ambiguous are answered with the newest ids",
      withStore((store) => {
        expect(errorOf(() => store.findRun("latest"))).toMatchObject({ message: "there is no complete run yet", hint: expect.stringContaining("no runs") });
        for (let i = 1; i <= 7; i++) store.startRun(run(`fig-${i}`, `2026-01-0${i}T00:00:00Z`), []);
        store.failRun("fig-6");
        const unknown = errorOf(() => store.findRun("kiwi"));
        expect(unknown.message).toBe('unknown run "kiwi"');
        expect(unknown.hint).toBe("newest runs: fig-7 (running), fig-6 (failed), fig-5 (running), fig-4 (running), fig-3 (running) and 2 older");
        expect(unknown.exitCode).toBe(2);
        expect(errorOf(() => store.findRun("fig")).message).toBe('"fig" is the beginning of 7 runs');
        expect(errorOf(() => store.findRun("")).message).toBe('unknown run ""');
        expect(errorOf(() => store.findRun("%")).message).toBe('unknown run "%"');
        expect(errorOf(() => store.findRun("latest")).message).toBe("there is no complete run yet");
      }),
    );

    test(
      "under an id that is complete already stay what they are: the same thing may go again, another is refused",
      withStore((store) => {
        store.startRun(run("r1"), []);
        store.finishRun("r1", "key", report("one"));
        store.startRun({ ...run("r1"), createdAt: "2026-02-02T00:00:00.000Z" }, []);
        expect(store.findRun("r1")).toMatchObject({ status: "complete", reportKey: "key" });
        store.failRun("r1");
        expect(store.findRun("r1").status).toBe("complete");
        expect(errorOf(() => store.startRun({ ...run("r1"), configHash: "other", workloadHash: "v" }, []))).toMatchObject({ message: "run r1 is complete, and of another workload and configuration" });
        expect(store.findRun("r1")).toMatchObject({ status: "complete", configHash: "c" });
      }),
    );

    test(
      "are listed newest first, with what their report and workload say",
      withStore((store) => {
        save(store, "w", fruits(0, 3));
        store.startRun({ ...run("old"), config: '{"read":{"name":"my fruit"}}' }, []);
        store.finishRun("old", "key", { ...report("one"), policies: [{}, {}], verdict: "pass" } as unknown as Report);
        store.startRun({ ...run("new", "2026-01-02T00:00:00.000Z"), workloadHash: "elsewhere" }, []);
        store.failRun("new", "interrupted");
        expect(store.listRuns()).toStrictEqual([
          { id: "new", createdAt: "2026-01-02T00:00:00.000Z", status: "interrupted", workload: null, prompts: null, policies: null, seed: 7, verdict: null, wrpVersion: "0.1.0" },
          { id: "old", createdAt: "2026-01-01T00:00:00.000Z", status: "complete", workload: "my fruit", prompts: 3, policies: 2, seed: 7, verdict: "pass", wrpVersion: "0.1.0" },
        ]);
        expect(store.listRuns(1).map(({ id }) => id)).toEqual(["new"]);
      }),
    );

    test(
      "must have been started to end",
      withStore((store) => {
        expect(() => store.finishRun("ghost", "key", report("x"))).toThrow("never started");
        expect(store.findReport("key")).toBeNull();
        expect(() => store.failRun("ghost")).toThrow("never started");
      }),
    );
  });

  describe(`${name}: answers that no file recorded`, () => {
    const key = (hash: string, variant = 0) => ({ hash, variant, messages: null });
    const { model: _, ...answer } = outcome("small", { error: null });

    test(
      "are kept by source, model, prompt and variant, once",
      withStore((store) => {
        const kept = store.keptAnswers({ kind: "simulated", hash: "profile-1" });
        expect(kept.find("small", [key("a"), key("b")])).toEqual([null, null]);
        expect(kept.save("small", [key("a"), key("b", 3)], [answer, { ...answer, quality: null, error: "429" }])).toEqual({ answersNew: 2, answersKnown: 0, gradesNew: 1, gradesKnown: 0 });
        expect(kept.find("small", [key("b", 3), key("a"), key("b"), key("a", 2 ** 48 - 1)])).toEqual([{ ...answer, quality: null, error: "429" }, answer, null, null]);
        expect(kept.find("large", [key("a")])).toEqual([null]);
        expect(store.keptAnswers({ kind: "simulated", hash: "profile-2" }).find("small", [key("a")])).toEqual([null]);
        expect(store.keptAnswers({ kind: "live", hash: "profile-1" }).find("small", [key("a")])).toEqual([null]);
        expect(kept.save("small", [key("a"), key("c")], [{ ...answer, quality: 0 }, answer])).toEqual({ answersNew: 1, answersKnown: 1, gradesNew: 1, gradesKnown: 1 });
        expect(kept.find("small", [key("a")])).toEqual([answer]);
      }),
    );

    test(
      "are counted with a workload's prompts, by kind",
      withStore((store) => {
        expect(store.countStored("w")).toEqual({ whole: false, texts: false, prompts: 0, answers: { recorded: 0, simulated: 0, live: 0 }, grades: 0, looseTries: { count: 0, costUsd: 0, unknownCosts: 0 }, decisions: 0 });
        const prompts = fruits(0, 3, { outcomes: [outcome("small"), outcome("large", { quality: null })] });
        save(store, "w", prompts);
        keep(store, "simulated", prompts.slice(0, 2));
        keep(store, "simulated", fruits(7, 9));
        store.saveDecisions("p", "w", { models: [], model: new Int32Array(3), rule: new Int32Array(3), rules: [], notes: [] });
        expect(store.countStored("w")).toEqual({ whole: true, texts: true, prompts: 3, answers: { recorded: 6, simulated: 2, live: 0 }, grades: 5, looseTries: { count: 0, costUsd: 0, unknownCosts: 0 }, decisions: 1 });
      }),
    );

    test(
      "do not show among a workload's recorded outcomes, and bring a prompt's messages with them",
      withStore((store) => {
        const [p] = fruits(0, 1) as [Prompt];
        store.keptAnswers({ kind: "simulated", hash: "x" }).save("small", [{ hash: p.hash, variant: 0, messages: p.messages }], [{ ...answer, quality: 0 }]);
        save(store, "w", [p]);
        expect(readAll(store, "w")).toStrictEqual([p]);
        expect(store.readTexts("w", [0]).get(0)).toBe("How ripe is fruit 0?");
      }),
    );
  });

  describe(`${name}: live answers`, () => {
    const key = (hash: string) => ({ hash, variant: 0, messages: null });
    const { model: _, ...recorded } = outcome("small", { error: null });
    const answer = { ...recorded, quality: null };
    const failed = { ...answer, costUsd: null, text: null, error: "rate-limit: slow down" };
    const tried = (failure: Try["failure"] = null): StoredTry => ({
      try: {
        startedAt: "2026-11-24T12:00:00.000Z", status: failure ? 429 : 200, times: { connectMs: 1, headersMs: 2, firstByteMs: 3, firstTokenMs: 4, lastTokenMs: 5, endMs: 6 },
        usage: { inputTokens: 7, cachedInputTokens: 1, cacheWriteTokens: null, outputTokens: 8, reasoningTokens: null }, text: null, toolCalls: null,
        finishReason: "stop", servedModel: "small-1\ud83d", headers: { "x-request-id": "r" }, failure, lagMs: 0.5,
      },
      queuedMs: 9,
      costUsd: 0.25,
    });

    test(
      "stand until the end of time, but that a failure gives way to an answer",
      withStore((store) => {
        const live = store.liveAnswers({ kind: "live", hash: "here" });
        expect(live.find("small", [key("a")])).toEqual([null]);
        const id = live.keep("small", key("a"), failed, [tried({ kind: "rate-limit", message: "slow down", retryAfterMs: null })]);
        expect(live.find("small", [key("a"), key("b")])).toEqual([{ id, answer: failed }, null]);
        expect(live.keep("small", key("a"), answer, [tried(), tried()])).toBe(id);
        expect(live.keep("small", key("a"), { ...answer, text: "another process came second" }, [tried()])).toBe(id);
        expect(live.find("small", [key("a")])).toEqual([{ id, answer }]);
        expect(live.find("large", [key("a")])).toEqual([null]);
        expect(store.liveAnswers({ kind: "live", hash: "there" }).find("small", [key("a")])).toEqual([null]);
      }),
    );

    test(
      "are routed as the try says that brought them, or of a failure the last one",
      withStore((store) => {
        const live = store.liveAnswers({ kind: "live", hash: "here" });
        const by = (model: string, failure: Try["failure"] = null) => {
          const { try: one, ...rest } = tried(failure);
          return { ...rest, try: { ...one, servedModel: model, headers: { "x-vsr-selected-model": model } } };
        };
        const limited: Try["failure"] = { kind: "rate-limit", message: "slow down", retryAfterMs: null };
        const id = live.keep("auto", key("a"), failed, [by("first", limited), by("second", limited)]);
        expect(live.routing(id)).toMatchObject({ servedModel: "second", headers: { "x-vsr-selected-model": "second" }, tries: 2 });
        live.keep("auto", key("a"), answer, [by("third"), by("fourth")]);
        expect(live.routing(id)).toMatchObject({ servedModel: "third", tries: 4 });
        expect(live.routing(id + 1)).toBeNull();
      }),
    );

    test(
      "have a grade for each grader, version and reference, and keep the first",
      withStore((store) => {
        const live = store.liveAnswers({ kind: "live", hash: "here" });
        const id = live.keep("small", key("a"), answer, [tried()]);
        expect(live.findGrade(id, "exact@1", "r")).toBe(null);
        live.keepGrade(id, "exact@1", "r", 0);
        live.keepGrade(id, "exact@1", "r", 1);
        live.keepGrade(id, "exact@2", "r", 0.5);
        expect([live.findGrade(id, "exact@1", "r"), live.findGrade(id, "exact@2", "r"), live.findGrade(id, "exact@1", "s"), live.findGrade(id + 1, "exact@1", "r")]).toEqual([0, 0.5, null, null]);
      }),
    );

    test("go with their tries and grades where they are collected as garbage", async () => {
      const store = await open();
      const live = store.liveAnswers({ kind: "live", hash: "here" });
      live.keepGrade(live.keep("small", key("a"), answer, [tried(), tried()]), "exact@1", "", 1);
      expect((await store.collectGarbage({ all: false, answers: false, outputs: false, dryRun: false }, async () => undefined)).removed.answers).toBe(0);
      expect((await store.collectGarbage({ all: false, answers: true, outputs: false, dryRun: false }, async () => undefined)).removed).toMatchObject({ answers: 1, grades: 1, prompts: 1 });
      expect(live.find("small", [key("a")])).toEqual([null]);
      live.keep("small", key("a"), answer, [tried()]); // a new number's tries do not meet the old one's
      store.close();
    });

    test("are none where tries led to none: those are counted, and collected with what they were about", async () => {
      const store = await open();
      save(store, "w", fruits(0, 1));
      const about = { ...key((fruits(0, 1)[0] as Prompt).hash) };
      const live = store.liveAnswers({ kind: "live", hash: "here" });
      live.keepTries("small", about, [tried(), tried()]);
      live.keepTries("small", about, [{ ...tried({ kind: "aborted", message: "stopped", retryAfterMs: null }), costUsd: null }]);
      live.keepTries("large", about, [tried()]);
      expect(live.find("small", [about])).toEqual([null]);
      expect(store.countStored("w")).toMatchObject({ answers: { live: 0 }, looseTries: { count: 4, costUsd: 0.75, unknownCosts: 1 } });
      live.keep("small", about, answer, [tried()]);
      expect(store.countStored("w")).toMatchObject({ answers: { live: 1 }, looseTries: { count: 4 } });
      await store.collectGarbage({ all: true, answers: true, outputs: false, dryRun: false }, async () => undefined);
      save(store, "w", fruits(0, 1));
      expect(store.countStored("w")).toMatchObject({ answers: { live: 0 }, looseTries: { count: 0 } });
      store.close();
    });
  });
}

/** One answer a prompt from a source that is no file. */
export function keep(store: OutcomeStore, kind: "simulated" | "live", prompts: readonly Prompt[], model = "small"): void {
  const { model: _, ...answer } = outcome(model);
  store.keptAnswers({ kind, hash: "s" }).save(model, prompts.map(({ hash, messages }) => ({ hash, variant: 2 ** 40, messages })), prompts.map(() => answer));
}

export function fruits(from: number, to: number, rest: Partial<Prompt> = {}): Prompt[] {
  return Array.from({ length: to - from }, (_, i) => prompt(from + i, rest));
}

export function save(store: OutcomeStore, hash: string, prompts: readonly Prompt[], content?: string) {
  const writer = store.writeWorkload(header(hash, content));
  writer.append(prompts);
  return writer.finish(summary(prompts.length));
}

export function readAll(store: OutcomeStore, hash: string): Prompt[] {
  return [...store.readPrompts(hash)].flat();
}

export function run(id: string, createdAt = "2026-01-01T00:00:00.000Z") {
  return { id, createdAt, seed: 7, configHash: "c", workloadHash: "w", wrpVersion: "0.1.0", config: '{"policies":[]}' };
}

/** The store keeps any report document; these few fields are enough to tell one from another. */
export function report(id: string): Report {
  return { schemaVersion: 1, run: { id, seed: 7 }, frontier: ["größer"], warnings: [] } as unknown as Report;
}

export function errorOf(work: () => unknown): WrpError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(WrpError);
    return error as WrpError;
  }
  throw new Error("nothing was thrown");
}
