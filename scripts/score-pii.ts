/**
 * Scores the PII patterns on labelled sentences (microsoft/presidio-research's synthetic ones) and on vLLM Semantic Router's own cases.
 *
 *   npm run score:pii -- [PATH_TO/data]
 *
 * Prints the Markdown tables of docs/models/pii-patterns.md, on the templates that are held out (by hash) and on those that were in sight.
 */
import { findPii } from "../src/signals/pii/index.ts";
import { hasLabelled, isHeldOut, labelledSentences, upstreamCases } from "./pii/labelled.ts";
import { MEETINGS, scores } from "./pii/scores.ts";
import { rowOf } from "./pii/table.ts";

const data = process.argv[2] ?? "../shared/data";
if (!hasLabelled(data)) throw new Error(`${data} has no pii/ and vllm-sr-cases/`);

const sentences = labelledSentences(data);
for (const [name, some] of [["Held out", sentences.filter(isHeldOut)], ["In sight", sentences.filter((one) => !isHeldOut(one))]] as const) {
  console.log(`### ${name}: ${some.length} sentences of ${new Set(some.map(({ template }) => template)).size} templates`);
  for (const meeting of MEETINGS) {
    console.log(`\n${{ exact: "Spans, both ends right", overlapping: "Spans, any overlap", sentence: "Kinds of a sentence" }[meeting]}\n`);
    console.log("| kind | labelled | found | precision | recall | F1 |\n|---|--:|--:|---|---|---|");
    for (const one of scores(some, findPii, meeting)) console.log(rowOf(one));
  }
  console.log("");
}

const cases = upstreamCases(data);
const kindsOf = (text: string) => [...new Set(findPii(text).map(({ kind }) => kind))];
const missed = cases.filter(({ question, pii_type }) => !kindsOf(question).includes(pii_type));
const unblocked = cases.filter(({ question, expected_blocked }) => kindsOf(question).length > 0 !== expected_blocked);
console.log(`### Upstream's cases\n\n${cases.length} questions with personal data: ${cases.length - unblocked.length} have some found, ${cases.length - missed.length} the kind that is named.`);
for (const { question, pii_type } of missed) console.log(`- ${pii_type} not found (found: ${kindsOf(question).join(", ") || "nothing"})`);
