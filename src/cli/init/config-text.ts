/** What a new wrp.yaml says. */
export interface ConfigPlan {
  /** Value of the `$schema` comment that editors read; null where there is none to point to. */
  readonly schema: string | null;
  readonly datasets: readonly { readonly file: string; readonly comment: string | null }[];
  /** Files with outcomes of other models, which cannot be compared with these. */
  readonly otherFiles: readonly { readonly file: string; readonly models: readonly string[] }[];
  readonly models: readonly { readonly name: string; readonly trusted: boolean; readonly guarded: boolean }[];
  readonly policies: readonly PlannedPolicy[];
  readonly objectives: readonly string[];
}

export type PlannedPolicy =
  | { readonly kind: "threshold"; readonly name: string; readonly strong: string; readonly weak: string }
  | { readonly kind: "rules"; readonly name: string; readonly rules: readonly { readonly when: string; readonly model: string }[]; readonly default: string };

/** A commented wrp.yaml. */
export function configText(plan: ConfigPlan): string {
  const sections = [head(plan), datasets(plan), models(plan), policies(plan), objectives(plan), GATES];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function head({ schema }: ConfigPlan): string[] {
  return [
    ...(schema === null ? [] : [`# yaml-language-server: $schema=${schema}`]),
    "# What wrp judges, and how. `wrp check` checks this file, `wrp eval` runs it, `wrp schema config` prints every key it may have.",
  ];
}

function datasets(plan: ConfigPlan): string[] {
  return [
    "# Prompts with the outcomes recorded for each model: files, folders, globs (wrp schema dataset; for your own tables: wrp import).",
    "datasets:",
    ...plan.datasets.map(({ file, comment }) => `  - ${scalar(file)}${comment === null ? "" : ` # ${comment}`}`),
    ...plan.otherFiles.map(({ file, models: names }) => `  # - ${scalar(file)} # outcomes of other models: ${names.map(scalar).join(", ")}`),
  ];
}

function models(plan: ConfigPlan): string[] {
  return [
    "# trusted: prompts with sensitive data (tag pii) may go there. guarded: a guard stands before it (for prompts tagged attack).",
    "# price: { inputUsdPer1M: 3, outputUsdPer1M: 15 } is for data with token counts and no costs; price: free for what costs nothing.",
    "models:",
    ...plan.models.flatMap(({ name, trusted, guarded }) => [`  - name: ${scalar(name)}`, ...(trusted ? ["    trusted: true"] : []), ...(guarded ? ["    guarded: true"] : [])]),
  ];
}

function policies(plan: ConfigPlan): string[] {
  const comment = "# What you think of deploying. Every single model and the usual controls are judged beside these.";
  if (plan.policies.length === 0) return [comment, "# policies:", "#   - { name: coin, kind: mix, weights: { ONE-MODEL: 0.5, ANOTHER: 0.5 } }"];
  return [comment, "policies:", ...plan.policies.flatMap(policy)];
}

function policy(planned: PlannedPolicy): string[] {
  if (planned.kind === "threshold")
    return [
      `  - name: ${scalar(planned.name)}`,
      "    kind: threshold # the strong model where a fact reaches the threshold, the weak one below it",
      "    fact: prompt.lengthCodePoints # or prompt.tokens, meta.NAME",
      "    strongShare: 0.3 # sets the threshold so that about this share of the prompts is strong's; or give one, threshold: 200",
      `    strong: ${scalar(planned.strong)}`,
      `    weak: ${scalar(planned.weak)}`,
    ];
  return [
    `  - name: ${scalar(planned.name)}`,
    "    kind: rules # the first condition that is true decides: CEL over prompt, meta and signals",
    "    rules:",
    ...planned.rules.map(({ when, model }) => `      - { when: ${quoted(when)}, model: ${scalar(model)} }`),
    `    default: ${scalar(planned.default)}`,
  ];
}

function objectives(plan: ConfigPlan): string[] {
  return ["# What the frontier stands on: cost, quality, latency, privacy, safety.", `objectives: [${plan.objectives.join(", ")}]`, "# margins: { quality: 0.01 } # differences within this are called equivalent"];
}

const GATES = [
  "# With gates, wrp eval judges a pull request: exit code 1 where one fails, 3 where it takes more prompts to tell.",
  "# The baseline is a run that was blessed: wrp eval --bless.",
  "# gates:",
  "#   - quality >= baseline - 0.01",
  "#   - costUsdPer1k <= 0.8 * baseline",
  "#   - privacy.leakRate == 0",
];

/** A text as YAML, plain where it cannot be taken for anything else. */
function scalar(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}

/** A text in single quotes, in which double ones need no escape. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
