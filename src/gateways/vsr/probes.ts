import type { Document } from "yaml";
import { yamlDocument } from "../../lib/yaml-document.ts";
import type { YamlPlaces } from "../../lib/yaml-places.ts";
import { WrpError, type Place } from "../../model/errors.ts";
import type { Remark } from "../../model/remark.ts";
import type { SignalRequest } from "../../model/signal.ts";
import { LEAF_TYPES } from "../../router/vsr/signal-kinds.ts";
import { probeFileShape, type DecisionShape, type ProbeFileShape, type VariantShape } from "./probe-shape.ts";
import { probeRequest } from "./probe-request.ts";
import { tagCategories } from "./probe-tags.ts";

/** What of a list must be there, what must not, and whether nothing else may. */
export interface Wanted {
  readonly expected: readonly string[];
  readonly forbidden: readonly string[];
  readonly exact: boolean;
}

/** A request, and what a recipe must make of it. */
export interface Probe {
  readonly id: string;
  readonly decisionId: string;
  readonly decision: string;
  /** The model that the client asks for, which may choose the recipe. */
  readonly model: string | null;
  readonly recipe: string | null;
  readonly algorithm: string | null;
  /** One of the decision's models. */
  readonly alias: string | null;
  readonly plugins: Wanted;
  /** As `type:name`, by the types that rules use. */
  readonly signals: Wanted;
  readonly tags: readonly string[];
  /** Its tags, and the categories that upstream sorts them into. */
  readonly categories: ReadonlySet<string>;
  readonly request: SignalRequest;
  readonly place: Place;
}

/** A `probes.yaml` of a recipe. Rates are percent. */
export interface ProbeFile {
  readonly file: string;
  readonly probes: readonly Probe[];
  readonly minProbePassRate: number;
  readonly minDecisionPassRate: ReadonlyMap<string, number>;
  readonly minTagPassRate: ReadonlyMap<string, number>;
  /** Fields that nobody knows. */
  readonly remarks: readonly Remark[];
}

const EVERY = 100;

/**
 * Reads the probes of a recipe, in the form of vllm-project/semantic-router's config/recipes/NAME/probes.yaml (schema v1, as
 * tools/agent/scripts/router_calibration_probe.py reads it). What a probe does not say its decision says for it. Throws WrpError with
 * the place of what is wrong; of fields that it does not know it remarks.
 */
export function readProbes(text: string, file: string): ProbeFile {
  const { document, places, errors } = yamlDocument(text, file, { hint: "probes are YAML" });
  if (!document || errors[0]) throw errors[0];
  const parsed = probeFileShape.safeParse(valueOf(document, file));
  if (!parsed.success) throw misfit(parsed.error.issues, places);
  const { decisions, acceptance, coverage } = parsed.data;
  const images = new Set(Object.keys(parsed.data.fixtures?.images ?? {}));
  const probes = decisions.flatMap((decision, d) => decision.variants.map((variant, v) => probeOf(decision, variant, { d, v }, images, places)));
  rejectRepeated(probes);
  const ofAll = acceptance?.min_decision_pass_rate ?? EVERY;
  return {
    file,
    probes,
    minProbePassRate: acceptance?.min_probe_pass_rate ?? EVERY,
    minDecisionPassRate: new Map(decisions.map((decision) => [idOf(decision), decision.robustness?.min_pass_rate ?? ofAll])),
    minTagPassRate: new Map(Object.entries(coverage?.min_tag_pass_rate ?? {})),
    remarks: unknownFields(parsed.data, places),
  };
}

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof ReferenceError)) throw error;
    throw new WrpError("is nested or aliased beyond what probes can hold", { place: { file }, code: "yaml", cause: error });
  }
}

function probeOf(decision: DecisionShape, variant: VariantShape, { d, v }: { readonly d: number; readonly v: number }, images: ReadonlySet<string>, places: YamlPlaces): Probe {
  const at = ["decisions", d, "variants", v];
  const placeOf = (...path: readonly PropertyKey[]) => places.of([...at, ...path]);
  return {
    id: `${idOf(decision)}:${variant.id || `v${v + 1}`}`,
    decisionId: idOf(decision),
    decision: decision.expected_decision || idOf(decision),
    model: decision.model || null,
    recipe: decision.expected_recipe || null,
    algorithm: decision.expected_algorithm || null,
    alias: decision.expected_alias || null,
    plugins: { expected: decision.expected_plugins, forbidden: decision.forbidden_plugins, exact: decision.plugin_match === "exact" },
    signals: { expected: signalKeys(variant.expected_signals ?? decision.expected_signals ?? {}), forbidden: signalKeys(decision.forbidden_signals ?? {}), exact: decision.signal_match === "exact" },
    tags: variant.tags,
    categories: new Set([...variant.tags, ...tagCategories(variant)]),
    request: probeRequest(variant, images, placeOf),
    place: placeOf(),
  };
}

function idOf({ id, expected_decision: expected }: DecisionShape): string {
  return id || expected;
}

/** Upstream writes the lists' names (`keywords`) or the leaves' (`keyword`). */
function signalKeys(byType: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(byType).flatMap(([type, names]) => names.map((name) => `${LEAF_TYPES[type] ?? type}:${name}`));
}

function rejectRepeated(probes: readonly Probe[]): void {
  const seen = new Set<string>();
  for (const { id, place } of probes) {
    if (seen.has(id)) throw new WrpError(`two probes are named "${id}"`, { place, code: "repeated-name" });
    seen.add(id);
  }
}

/** What upstream's fields are, by where they stand; it refuses others. */
const KNOWN = {
  file: ["schema_version", "name", "description", "routing_assets", "fixtures", "router_eval_endpoint", "evaluation", "acceptance", "coverage", "decisions"],
  decision: ["id", "expected_decision", "model", "expected_recipe", "expected_algorithm", "expected_plugins", "forbidden_plugins", "plugin_match", "expected_alias", "expected_signals", "forbidden_signals", "signal_match", "robustness", "objective", "notes", "playground", "variants"],
  variant: ["id", "query", "messages", "tools", "repeat", "padding", "generated_text", "tags", "notes", "display_prompt", "playground", "expected_signals"],
};

function unknownFields(file: ProbeFileShape, places: YamlPlaces): Remark[] {
  const strangers = (entry: object, known: readonly string[], at: readonly PropertyKey[]) =>
    Object.keys(entry)
      .filter((key) => !known.includes(key))
      .map((key): Remark => ({ code: "unknown-key", message: `unknown field "${key}"`, hint: "it is passed over; vLLM Semantic Router's own tools would refuse it", place: places.ofKey([...at, key]) }));
  return [
    ...strangers(file, KNOWN.file, []),
    ...file.decisions.flatMap((decision, d) => [...strangers(decision, KNOWN.decision, ["decisions", d]), ...decision.variants.flatMap((variant, v) => strangers(variant, KNOWN.variant, ["decisions", d, "variants", v]))]),
  ];
}

function misfit(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[], places: YamlPlaces): WrpError {
  const all = issues.map(({ path, message }) => new WrpError(`${path.map(String).join(".") || "the file"} ${message}`, { place: places.of(path), code: "bad-probe" }));
  const [first] = all as [WrpError, ...WrpError[]];
  return new WrpError(first.message, { all, code: "bad-probe", ...(first.place ? { place: first.place } : {}), hint: "probes stand under decisions, each with expected_decision and variants: [{id, query}]" });
}
