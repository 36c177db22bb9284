/**
 * Scores the built-in heads on texts that were held out of training.
 *
 *   npm run score:heads -- [--data PATH] [--write | --check] [domain|jailbreak|complexity …]
 *
 * Prints the Markdown tables of docs/models/; --write puts them there, --check says whether they stand there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { useLite } from "../src/signals/encoders/use-lite/index.ts";
import { probabilities, weightsOf } from "../src/signals/heads/head.ts";
import { HEADS, readHead, type HeadName } from "../src/signals/heads/index.ts";
import { alwaysMostFrequent, nearest } from "./train-heads/baselines.ts";
import { withKeptVectors } from "./train-heads/kept-vectors.ts";
import { scoresOf, type Figure, type Judged, type Scores } from "./train-heads/score.ts";
import { headSets, type HeadSets, type LabelledText } from "./train-heads/sets.ts";

const BEGIN = "<!-- npm run score:heads -->\n";
const END = "<!-- end -->";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: "string", default: "../shared/data" }, write: { type: "boolean", default: false }, check: { type: "boolean", default: false } } });
const wanted = HEADS.filter((name) => positionals.length === 0 || positionals.includes(name));
if (wanted.length < positionals.length) throw new Error(`heads: ${HEADS.join(", ")}`);
const sets = await headSets(values.data);
const encoder = withKeptVectors(useLite(".wrp/models"), ".wrp/models/vectors.bin");

for (const name of wanted) {
  const tables = await tablesOf(name, sets[name]);
  console.log(tables);
  if (values.write || values.check) intoCard(`docs/models/${name}.md`, tables);
}

async function tablesOf(name: HeadName, { labels, train, tests }: HeadSets): Promise<string> {
  const head = weightsOf(readHead(name), encoder.dimensions);
  const trained = (await encoder.encode(train.map(({ text }) => text))).map((vector, i) => ({ vector, label: (train[i] as LabelledText).label, weight: 1 }));
  const ways: readonly (readonly [string, (vector: Float32Array) => ArrayLike<number>])[] = [
    ["this head", (vector) => probabilities(vector, head)],
    ["the ten nearest training texts", nearest(trained, labels.length)],
    ["the most frequent label", () => alwaysMostFrequent(trained, labels.length)],
  ];
  const lines: string[] = [];
  for (const { name: test, texts } of tests) {
    const vectors = await encoder.encode(texts.map(({ text }) => text));
    const scored = ways.map(([way, judge]) => [way, scoresOf(labels, texts.map(({ label, cluster }, i): Judged => ({ probabilities: judge(vectors[i] as Float32Array), label, cluster })))] as const);
    lines.push(...linesOf(test, scored), "");
  }
  return lines.join("\n");
}

function linesOf(test: string, scored: readonly (readonly [string, Scores])[]): string[] {
  const own = scored[0]?.[1] as Scores;
  const ranked = own.auc !== null && !Number.isNaN(own.auc.value);
  return [
    `### ${test}`,
    "",
    `${own.texts} texts${own.clusters < own.texts ? ` in ${own.clusters} clusters` : ""}.`,
    "",
    `| | accuracy | macro-F1 |${ranked ? " AUC |" : ""} calibration error |`,
    `|---|---|---|${ranked ? "---|" : ""}---|`,
    ...scored.map(([way, { accuracy, macroF1, auc, ece }]) => `| ${way} | ${shown(accuracy)} | ${shown(macroF1)} |${ranked ? ` ${shown(auc as Figure)} |` : ""} ${shown(ece)} |`),
    "",
    "| label | texts | precision | recall | F1 |",
    "|---|--:|---|---|---|",
    ...own.labels.filter(({ texts }) => texts > 0).map(({ label, texts, precision, recall, f1 }) => `| ${label} | ${texts} | ${shown(precision)} | ${shown(recall)} | ${shown(f1)} |`),
  ];
}

function shown({ value, ci }: Figure): string {
  if (Number.isNaN(value)) return "–";
  return `${value.toFixed(3)}${ci ? ` [${ci[0].toFixed(3)}, ${ci[1].toFixed(3)}]` : ""}`;
}

function intoCard(file: string, tables: string): void {
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the tables: ${BEGIN.trim()} … ${END}`);
  const next = `${text.slice(0, from)}${BEGIN}\n${tables}\n${text.slice(to)}`;
  if (values.write) writeFileSync(file, next);
  else if (next !== text) {
    process.stderr.write(`${file} has other figures: npm run score:heads -- --write\n`);
    process.exitCode = 1;
  }
}
