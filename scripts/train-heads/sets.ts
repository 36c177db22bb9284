import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { HEADS, type HeadName } from "../../src/signals/heads/index.ts";
import { DOMAINS } from "./mmlu-domains.ts";
import { readDomainCases, readMmlu, type MmluQuestion } from "./mmlu.ts";

/** A text with its label's index. Texts of a cluster are not independent of each other. */
export interface LabelledText {
  readonly text: string;
  readonly label: number;
  readonly cluster: string;
  /** What it counts in training. */
  readonly weight: number;
}

/** All texts of a head: none of a test is trained on. */
export interface HeadSets {
  readonly labels: readonly string[];
  readonly train: readonly LabelledText[];
  readonly calibration: readonly LabelledText[];
  readonly tests: readonly { readonly name: string; readonly texts: readonly LabelledText[] }[];
}

/** MMLU questions that stand for harmless texts in training, all together as much as the texts written for it. */
const HARMLESS = 1000;
const CALIBRATION_EVERY = 5;

/** @param data the folder with `routellm-mmlu`, `vllm-sr-cases`, and beside it `vectors`. Throws where data is missing, naming it. */
export async function headSets(data: string): Promise<Readonly<Record<HeadName, HeadSets>>> {
  const cases = readDomainCases(data);
  const mmlu = await readMmlu(data, cases.map(({ question }) => question));
  return { domain: domainSets(mmlu, cases), jailbreak: jailbreakSets(mmlu, data), complexity: complexitySets(mmlu) } satisfies Record<(typeof HEADS)[number], HeadSets>;
}

/** moral_scenarios begins alike 895 times: it says nothing of domains, and would fill philosophy. */
function domainSets(mmlu: readonly MmluQuestion[], cases: ReturnType<typeof readDomainCases>): HeadSets {
  const usable = mmlu.filter(({ subject }) => subject !== "moral_scenarios");
  const counts = Map.groupBy(usable, ({ domain }) => domain);
  const of = (side: MmluQuestion["side"], form: "asked" | "question"): LabelledText[] =>
    usable.filter((one) => one.side === side).map((one) => ({ text: one[form], label: DOMAINS.indexOf(one.domain), cluster: one.cluster, weight: (counts.get(one.domain)?.length as number) ** -0.5 }));
  return {
    labels: DOMAINS,
    train: [...of("train", "question"), ...of("train", "asked")],
    calibration: of("validation", "question"),
    tests: [
      { name: "MMLU questions, held out, without their options", texts: of("held out", "question") },
      { name: "MMLU questions, held out, with their options", texts: of("held out", "asked") },
      { name: "vLLM Semantic Router's own domain cases (other questions, other authors)", texts: cases.map(({ question, category }) => ({ text: question, label: DOMAINS.indexOf(category as (typeof DOMAINS)[number]), cluster: question, weight: 1 })) },
    ],
  };
}

/** Hard: what the weaker model of RouteLLM's pair got wrong. */
function complexitySets(mmlu: readonly MmluQuestion[]): HeadSets {
  const of = (side: MmluQuestion["side"], form: "asked" | "question"): LabelledText[] =>
    mmlu.filter((one) => one.side === side && one.weakRight !== null).map((one) => ({ text: one[form], label: one.weakRight ? 0 : 1, cluster: one.cluster, weight: 1 }));
  return {
    labels: ["easy", "hard"],
    train: [...of("train", "question"), ...of("train", "asked")],
    calibration: of("validation", "question"),
    tests: [
      { name: "MMLU questions, held out, without their options", texts: of("held out", "question") },
      { name: "MMLU questions, held out, with their options", texts: of("held out", "asked") },
    ],
  };
}

type Written = Readonly<Record<"attack" | "benign", Readonly<Record<"train" | "held out", Readonly<Record<string, readonly string[]>>>>>>;

function jailbreakSets(mmlu: readonly MmluQuestion[], data: string): HeadSets {
  const written = parse(readFileSync(new URL("jailbreak.yaml", import.meta.url), "utf8")) as Written;
  const of = (side: "train" | "held out"): LabelledText[] =>
    (["benign", "attack"] as const).flatMap((kind, label) => Object.entries(written[kind][side]).flatMap(([family, texts]) => texts.map((text) => ({ text, label, cluster: `${kind} ${family}`, weight: 1 }))));
  const questions = (side: MmluQuestion["side"]): MmluQuestion[] => mmlu.filter((one) => one.side === side && one.subject !== "moral_scenarios");
  const harmless = (side: MmluQuestion["side"], weight: number): LabelledText[] => questions(side).map((one) => ({ text: one.question, label: 0, cluster: one.cluster, weight }));
  const own = of("train");
  const every = Math.floor(questions("train").length / HARMLESS);
  const filler = harmless("train", own.filter(({ label }) => label === 0).length / HARMLESS).filter((_, i) => i % every === 0).slice(0, HARMLESS);
  return {
    labels: ["benign", "jailbreak"],
    train: [...own.filter((_, i) => i % CALIBRATION_EVERY !== 0), ...filler],
    calibration: own.filter((_, i) => i % CALIBRATION_EVERY === 0),
    tests: [
      { name: "texts written for wrp, families held out", texts: of("held out") },
      { name: "vLLM Semantic Router's recipe probes (tagged jailbreak, or not)", texts: probes(data) },
      { name: "wrp's mixed workload, last user message (tagged attack or not; several languages, and plain harmful requests)", texts: mixed() },
      { name: "MMLU questions, held out (all harmless)", texts: harmless("held out", 1) },
    ],
  };
}

/** Probes of upstream's recipes: those of its security decision are attacks. */
function probes(data: string): LabelledText[] {
  const file = join(data, "../vectors/vllm-sr/recipe_probes.jsonl");
  if (!existsSync(file)) throw new Error(`there is no ${file}: vLLM Semantic Router's recipe probes (config/recipes of github.com/vllm-project/semantic-router at 3d48f8c)`);
  const read = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line) as { id: string; request: { text?: string }; upstream_expect: { decision: string } });
  return read.flatMap(({ request, upstream_expect: { decision } }) => (request.text ? [{ text: request.text, label: decision === "local_security_containment" ? 1 : 0, cluster: request.text, weight: 1 }] : []));
}

/** The workload that ships, written by others than the texts trained on. */
function mixed(): LabelledText[] {
  type Row = { readonly prompt?: string; readonly messages?: readonly { readonly role: string; readonly content: string }[]; readonly tags?: readonly string[] };
  const rows = readFileSync(new URL("../../datasets/mixed.jsonl", import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Row);
  return rows.flatMap(({ prompt, messages = [], tags = [] }) => {
    const text = prompt ?? messages.findLast(({ role }) => role === "user")?.content;
    return text ? [{ text, label: tags.includes("attack") ? 1 : 0, cluster: text, weight: 1 }] : [];
  });
}
