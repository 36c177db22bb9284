import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newDraft } from "../../src/workload/draft.ts";
import { groupRows, type Grouping } from "../../src/workload/importers/group-rows.ts";
import { newNotes } from "../../src/workload/notes.ts";
import { newOutcome } from "../../src/workload/outcome.ts";
import { BadRow, newProblems } from "../../src/workload/problems.ts";
import { openSource } from "../../src/workload/source.ts";
import { jsonl, put, scratch } from "./scratch.ts";

interface Line {
  readonly prompt: number;
  readonly model: string;
  readonly rank: number;
}

const grouping = (clash: boolean): Grouping => ({
  parse(row, name, source, notes) {
    const { prompt, model, rank } = row as unknown as Line;
    if (rank === 9) throw new BadRow("rank 9");
    const draft = newDraft(name, String(prompt), [{ role: "user", content: "x".repeat(prompt * 10) }], "d");
    const outcome = newOutcome(model);
    outcome.costUsd = rank;
    outcome.text = `${source}/${name.row}`;
    if (rank === 1) notes.add("failed-call", "one");
    return { key: String(prompt), draft, outcome, rank };
  },
  ...(clash ? { clash: (model: string, { id }: { id: string }, first: number) => new BadRow(`twice ${model} ${id}`, { first }) } : {}),
});

async function grouped(files: readonly (readonly Line[])[], clash: boolean, held?: number) {
  const names = files.map((lines, i) => put(`g${i}.jsonl`, jsonl({ prompt: 0, model: "first", rank: 0 }, ...lines)));
  const sources = await Promise.all(names.map((name) => openSource({ name, path: join(scratch, name) })));
  const problems = newProblems();
  const notes = newNotes();
  const read: unknown[] = [];
  let batches = 0;
  for await (const { prompts, sources: standsIn } of groupRows(sources, grouping(clash), problems, notes, held)) {
    batches++;
    for (const [i, { id, file, row, outcomes }] of prompts.entries()) read.push({ id, file, row, outcomes, standsIn: standsIn?.[i] });
  }
  return { read, warnings: notes.warnings(), problems: problems.count, error: problems.count > 0 ? (await problems.error()).located : null, batches };
}

const line = fc.record({ prompt: fc.nat(12), model: fc.constantFrom("a", "b", "c"), rank: fc.constantFrom(0, 1, 2, 9) });

test("what does not fit into memory at once comes out the same, in the same order, told of once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(line, { maxLength: 30 }), { minLength: 1, maxLength: 3 }), fc.boolean(), fc.constantFrom(1, 1500, 4000), async (files, clash, held) => {
      const { batches, ...whole } = await grouped(files, clash);
      const { batches: more, ...inPasses } = await grouped(files, clash, held);
      expect(inPasses).toEqual(whole);
      expect(more).toBeGreaterThanOrEqual(batches);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test("passes are as many as memory needs", async () => {
  const lines = Array.from({ length: 12 }, (_, prompt) => ({ prompt, model: "a", rank: 0 }));
  expect((await grouped([lines, lines.toReversed()], false)).batches).toBe(1);
  const { batches, read } = await grouped([lines, lines.toReversed()], false, 1);
  expect([batches, read.length]).toEqual([12, 12]);
});

test("the higher rank stands, of equals the first", async () => {
  const { read } = await grouped([[{ prompt: 5, model: "a", rank: 0 }, { prompt: 5, model: "a", rank: 2 }], [{ prompt: 5, model: "a", rank: 1 }, { prompt: 5, model: "a", rank: 2 }]], false);
  expect(read[1]).toMatchObject({ id: "5", row: 1, outcomes: [{ text: "0/2" }], standsIn: [0, 1] });
});
