import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Prompt } from "../../src/model/prompt.ts";
import { readRunFile } from "../../src/outcomes/read-run-file.ts";
import type { GarbageOptions, OutcomeStore } from "../../src/outcomes/store.ts";
import { anyPrompts, outcome, prompt } from "../outcomes/prompts.ts";
import { errorOf, fruits, keep, readAll, report, run, save } from "./outcome-store.ts";

const NOTHING = { reports: 0, decisions: 0, workloads: 0, prompts: 0, answers: 0, grades: 0, outputs: 0 };
const nowAndThen = () => Promise.resolve();

/** What every outcome store promises about the upkeep of its runs. `open` gives a new, empty store each time. */
export function storedRunsContract(name: string, open: () => Promise<OutcomeStore>): void {
  const withStores = (body: (store: OutcomeStore, other: OutcomeStore) => void | Promise<void>) => async () => {
    const stores = [await open(), await open()] as const;
    try {
      await body(...stores);
    } finally {
      for (const store of stores) store.close();
    }
  };

  describe(`${name}: removing runs`, () => {
    test(
      "removes all that are named, or none; what others need is no garbage",
      withStores((store) => {
        save(store, "w", fruits(0, 3));
        save(store, "v", fruits(0, 2), "other");
        complete(store, "apple", { workloadHash: "w" });
        complete(store, "pear", { workloadHash: "w" });
        complete(store, "plum", { workloadHash: "v" });
        expect(errorOf(() => store.removeRuns(["apple", "kiwi"], false)).message).toBe('unknown run "kiwi"');
        expect(errorOf(() => store.removeRuns(["apple", "p"], false)).message).toContain("beginning of 2 runs");
        expect(ids(store)).toEqual(["plum", "pear", "apple"]);
        expect(store.removeRuns(["app"], true)).toMatchObject({ removed: ["apple"], garbage: { ...NOTHING, reports: 1, decisions: 1 } });
        expect(ids(store)).toHaveLength(3);
        expect(store.removeRuns(["apple", "apple"], false).removed).toEqual(["apple"]);
        expect(store.removeRuns(["plum"], false)).toMatchObject({ garbage: { reports: 2, decisions: 2, workloads: 1, prompts: 0, answers: 4, grades: 4 } });
        expect(ids(store)).toEqual(["pear"]);
        expect(store.findReport("report of apple")).not.toBeNull();
      }),
    );

    test(
      "leaves a running one alone",
      withStores((store) => {
        store.startRun(run("apple"), []);
        expect(errorOf(() => store.removeRuns(["apple"], false)).message).toBe("run apple is running");
        store.failRun("apple");
        expect(store.removeRuns(["apple"], false).removed).toEqual(["apple"]);
      }),
    );
  });

  describe(`${name}: garbage`, () => {
    test(
      "is what no run needs: the rest stays as it was, and can be stored again",
      withStores(async (store) => {
        save(store, "w", fruits(0, 3));
        save(store, "v", fruits(2, 12).map((p, ordinal) => ({ ...p, ordinal })));
        complete(store, "apple", { workloadHash: "w" });
        complete(store, "plum", { workloadHash: "v" });
        const kept = readAll(store, "w");
        store.removeRuns(["plum"], false);
        const gone = { reports: 1, decisions: 1, workloads: 1, prompts: 9, answers: 18, grades: 18 };
        expect((await collect(store, { dryRun: true })).removed).toMatchObject(gone);
        expect(store.findWorkload("v")).not.toBeNull();
        expect((await collect(store)).removed).toMatchObject(gone);
        expect(readAll(store, "w")).toStrictEqual(kept);
        expect(store.findDecisions("policy of apple", "w")).not.toBeNull();
        expect(store.findReport("report of apple")).not.toBeNull();
        expect([store.findWorkload("v"), store.findReport("report of plum")]).toEqual([null, null]);
        expect((await collect(store)).removed).toMatchObject(NOTHING);
        expect(save(store, "v", fruits(2, 12).map((p, ordinal) => ({ ...p, ordinal })))).toEqual({ answersNew: 18, answersKnown: 2, gradesNew: 18, gradesKnown: 2 });
      }),
    );

    test(
      "is no decision that a run used, nor any on the workload of one that may go on",
      withStores(async (store) => {
        save(store, "w", fruits(0, 3));
        complete(store, "apple", { workloadHash: "w" });
        decide(store, "tried", "w");
        store.startRun({ ...run("plum"), workloadHash: "w" }, []);
        expect((await collect(store, { all: true })).removed).toMatchObject(NOTHING);
        store.failRun("plum", "interrupted");
        expect((await collect(store)).removed).toMatchObject(NOTHING);
        expect((await collect(store, { all: true })).removed).toMatchObject({ ...NOTHING, decisions: 1 });
        expect([store.findDecisions("policy of apple", "w"), store.findDecisions("tried", "w")]).toEqual([expect.anything(), null]);
      }),
    );

    test(
      "is what an interrupted run has stored only when asked for; never what a running one has",
      withStores(async (store) => {
        store.startRun(run("plum"), []);
        const writer = store.writeWorkload({ hash: "w", name: "w", files: [{ name: "fruit.jsonl", format: "jsonl", sha256: "s", importHash: "i" }] });
        writer.append(fruits(0, 5));
        writer.abandon();
        expect((await collect(store, { all: true })).removed).toMatchObject(NOTHING);
        store.failRun("plum", "interrupted");
        expect((await collect(store)).removed).toMatchObject(NOTHING);
        expect(store.countStored("w").prompts).toBe(5);
        expect((await collect(store, { all: true })).removed).toMatchObject({ workloads: 1, prompts: 5, answers: 10 });
        expect(store.countStored("w").prompts).toBe(0);
        expect(store.findRun("plum").status).toBe("interrupted");
      }),
    );

    test(
      "is no simulated or live answer, unless asked for; then still none to a prompt that a run needs",
      withStores(async (store) => {
        save(store, "w", fruits(0, 3));
        complete(store, "apple", { workloadHash: "w" });
        for (const kind of ["simulated", "live"] as const) keep(store, kind, fruits(1, 6));
        const found = (kind: "simulated" | "live") =>
          store.keptAnswers({ kind, hash: "s" }).find("small", fruits(0, 7).map(({ hash }) => ({ hash, variant: 2 ** 40, messages: null }))).map((answer) => answer !== null);
        expect((await collect(store, { all: true })).removed).toMatchObject(NOTHING);
        expect((await collect(store, { answers: true })).removed).toMatchObject({ ...NOTHING, prompts: 3, answers: 6, grades: 6 });
        for (const kind of ["simulated", "live"] as const) expect(found(kind)).toEqual([false, true, true, false, false, false, false]);
        store.removeRuns(["apple"], false);
        expect((await collect(store)).removed).toMatchObject({ workloads: 1, prompts: 1, answers: 6 });
        expect(found("live")[1]).toBe(true);
      }),
    );

    test(
      "removed while somebody reads it is not taken for the end of a workload",
      withStores(async (store) => {
        save(store, "w", fruits(0, 1300));
        const batches = store.readPrompts("w")[Symbol.iterator]();
        expect(batches.next().value).toHaveLength(512);
        await collect(store);
        expect(errorOf(() => batches.next()).message).toBe("the workload was removed while it was read");
      }),
    );

    test(
      "goes in steps, between which it may be stopped and the store written",
      withStores(async (store) => {
        for (const hash of ["a", "b", "c"]) save(store, hash, fruits(0, 4), hash);
        let steps = 0;
        const stopping = store.collectGarbage({ all: false, answers: false, outputs: false, dryRun: false }, () => (++steps === 2 ? Promise.reject(new Error("stop")) : Promise.resolve()));
        await expect(stopping).rejects.toThrow("stop");
        const left = ["a", "b", "c"].filter((hash) => store.findWorkload(hash));
        expect(left).toHaveLength(1);
        expect(readAll(store, left[0] as string)).toHaveLength(4);
        expect((await collect(store)).removed).toMatchObject({ workloads: 1, prompts: 4, answers: 24 });
      }),
    );
  });

  describe(`${name}: exported and imported`, () => {
    test("a run has all it had: prompts, answers of every kind, decisions, prices, report", async () => {
      let round = 0;
      const [store, other] = [await open(), await open()];
      await fc.assert(
        fc.asyncProperty(anyPrompts(), async (prompts) => {
          const hash = `round ${++round}`;
          save(store, hash, prompts, `content ${round}`);
          complete(store, `run-${round}`, { workloadHash: hash, models: ["small"] }, prompts.length);
          keep(store, "live", prompts);
          const text = await exported(store, `run-${round}`);
          await imported(other, text);
          expect(readAll(other, hash)).toStrictEqual(prompts);
          expect(other.findWorkload(hash)).toStrictEqual(store.findWorkload(hash));
          expect(other.findRun(`run-${round}`)).toStrictEqual(store.findRun(`run-${round}`));
          expect(other.readPrices(`run-${round}`)).toStrictEqual(store.readPrices(`run-${round}`));
          expect(other.findReport(`report of run-${round}`)).toStrictEqual(store.findReport(`report of run-${round}`));
          expect(other.findDecisions(`policy of run-${round}`, hash)).toStrictEqual(store.findDecisions(`policy of run-${round}`, hash));
          expect(other.countStored(hash)).toStrictEqual(store.countStored(hash));
          const keys = prompts.map((p) => ({ hash: p.hash, variant: 2 ** 40, messages: null }));
          expect(other.keptAnswers({ kind: "live", hash: "s" }).find("small", keys)).toStrictEqual(store.keptAnswers({ kind: "live", hash: "s" }).find("small", keys));
          expect(await exported(other, `run-${round}`)).toBe(text);
        }),
        { numRuns: 40 },
      );
      store.close();
      other.close();
    });

    test(
      "once more changes nothing; two at once are one",
      withStores(async (store, other) => {
        save(store, "w", fruits(0, 700));
        complete(store, "apple", { workloadHash: "w" }, 700);
        const text = await exported(store, "apple");
        const both = await Promise.all([imported(other, text), imported(other, text)]);
        expect(both.map(({ saved }) => saved.answersNew).reduce((a, b) => a + b)).toBe(1400);
        expect(await imported(other, text)).toMatchObject({ known: true, saved: { answersNew: 0, answersKnown: 1400, gradesNew: 0, gradesKnown: 1400 } });
        expect(await exported(other, "apple")).toBe(text);
        expect((await collect(other, { all: true })).removed).toMatchObject(NOTHING);
      }),
    );

    test(
      "brings only its own decisions, and answers of its own models",
      withStores(async (store, other) => {
        save(store, "w", fruits(0, 3));
        decide(store, "another's", "w");
        complete(store, "apple", { workloadHash: "w", models: ["small"] });
        keep(store, "simulated", fruits(0, 3), "small");
        keep(store, "simulated", fruits(0, 3), "another's");
        await imported(other, await exported(store, "apple"));
        expect(other.findDecisions("another's", "w")).toBeNull();
        expect(other.countStored("w").answers).toEqual({ recorded: 6, simulated: 3, live: 0 });
      }),
    );

    test(
      "without texts has hashes and figures; whoever has the file fills the texts in",
      withStores(async (store, other) => {
        const secret = { messages: [{ role: "user", content: "SECRET question" }], reference: "SECRET reference" };
        const failed = outcome("large", { quality: null, error: "SECRET error", text: null });
        const prompts = [prompt(0, { ...secret, outcomes: [outcome("small", { text: "SECRET answer" }), failed] }), prompt(1, { messages: null })];
        save(store, "w", prompts);
        complete(store, "apple", { workloadHash: "w" }, 2);
        const text = await exported(store, "apple", { texts: false });
        expect(text).not.toContain("SECRET");
        expect(await imported(other, text)).toMatchObject({ texts: false });
        expect(other.findWorkload("w")).toMatchObject({ texts: false, prompts: 2 });
        const [bare] = readAll(other, "w") as [Prompt];
        expect(bare).toMatchObject({ hash: prompts[0]?.hash, messages: null, reference: null, inputTokens: 2, lengthCodePoints: 19 });
        expect(bare.outcomes).toMatchObject([{ quality: 0.5, costUsd: 0.001, text: null, error: null }, { quality: null, error: "left out", latencyMs: 120.5 }]);

        expect(save(other, "w", prompts)).toEqual({ answersNew: 0, answersKnown: 4, gradesNew: 0, gradesKnown: 3 });
        expect(other.findWorkload("w")).toMatchObject({ texts: true });
        expect(readAll(other, "w")).toStrictEqual(prompts);
        await imported(other, text);
        expect(readAll(other, "w")).toStrictEqual(prompts);
        expect(other.findWorkload("w")).toMatchObject({ texts: true });
      }),
    );

    test(
      "by a run of the same id but of something else is refused; one that did not finish is completed",
      withStores(async (store, other) => {
        save(store, "w", fruits(0, 3));
        complete(store, "apple", { workloadHash: "w" });
        const text = await exported(store, "apple");
        other.startRun({ ...run("apple"), workloadHash: "elsewhere" }, []);
        other.failRun("apple");
        await expect(imported(other, text)).rejects.toMatchObject({ message: expect.stringContaining("another run apple"), place: { file: "run.jsonl", line: 2 } });
        expect(other.countStored("w").prompts).toBe(0);
        other.startRun({ ...run("apple"), workloadHash: "w" }, []);
        other.failRun("apple", "interrupted");
        expect(await imported(other, text)).toMatchObject({ known: false });
        expect(other.findRun("apple").status).toBe("complete");
      }),
    );

    test(
      "by halves shows no run, keeps what is keyed by content, and goes well the next time",
      withStores(async (store, other) => {
        save(store, "w", fruits(0, 4000));
        complete(store, "apple", { workloadHash: "w" }, 4000);
        const text = await exported(store, "apple");
        let groups = 0;
        await expect(imported(other, text, () => (++groups === 2 ? Promise.reject(new Error("stop")) : Promise.resolve()))).rejects.toThrow("stop");
        expect(other.listRuns()).toEqual([]);
        expect(other.findWorkload("w")).toBeNull();
        const there = other.countStored("w").answers.recorded;
        expect(there).toBeGreaterThan(0);
        expect((await imported(other, text)).saved).toMatchObject({ answersKnown: there, answersNew: 8000 - there });
      }),
    );

    test(
      "needs a report to be exported",
      withStores(async (store) => {
        save(store, "w", fruits(0, 3));
        store.startRun({ ...run("apple"), workloadHash: "w" }, []);
        await expect(exported(store, "apple")).rejects.toMatchObject({ message: "run apple has no report to export: it is running", hint: expect.stringContaining("--resume apple") });
        await expect(exported(store, "kiwi")).rejects.toMatchObject({ message: 'unknown run "kiwi"' });
        store.failRun("apple"); // the failed export left no transaction open
      }),
    );
  });
}

/** A complete run with one policy's decisions, a price and a report of its own. */
function complete(store: OutcomeStore, id: string, { workloadHash, models = ["small", "large"] }: { workloadHash: string; models?: string[] }, prompts = 3): void {
  store.startRun({ ...run(id, `2026-01-01T00:00:0${store.listRuns().length % 10}.000Z`), workloadHash }, [{ model: "small", inputUsdPer1M: 0.1, outputUsdPer1M: null, source: "the config" }]);
  decide(store, `policy of ${id}`, workloadHash, prompts);
  store.finishRun(id, `report of ${id}`, { ...report(id), models: models.map((model) => ({ name: model })) } as never, [`policy of ${id}`]);
}

function decide(store: OutcomeStore, policy: string, workloadHash: string, prompts = 3): void {
  store.saveDecisions(policy, workloadHash, { models: ["small"], model: new Int32Array(prompts), rule: new Int32Array(prompts).fill(-1), rules: [], notes: ["said so"] });
}

function collect(store: OutcomeStore, options: Partial<GarbageOptions> = {}) {
  return store.collectGarbage({ all: false, answers: false, outputs: false, dryRun: false, ...options }, nowAndThen);
}

function ids(store: OutcomeStore): string[] {
  return store.listRuns().map(({ id }) => id);
}

async function exported(store: OutcomeStore, id: string, { texts = true } = {}): Promise<string> {
  let text = "";
  for await (const piece of store.exportRun(id, { texts, wrpVersion: "0.1.0", between: nowAndThen })) text += piece;
  return text;
}

async function imported(store: OutcomeStore, text: string, between = nowAndThen) {
  const lines = async function* () {
    for (const [k, line] of text.trimEnd().split("\n").entries()) yield { text: line, number: k + 1 };
  };
  return store.importRun(await readRunFile("run.jsonl", lines), between);
}
