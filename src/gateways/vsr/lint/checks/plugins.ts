import { yamlFlag } from "../../../../lib/yaml-flag.ts";
import { nearest } from "../../../../model/nearest.ts";
import type { VsrDecision } from "../../../../router/vsr/shape.ts";
import { fieldsIn, textIn } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import type { Path } from "../source.ts";

/** Facts 1.8, the cache with its aliases. */
const PLUGINS = ["fast_response", "hallucination", "header_mutation", "image_gen", "memory", "rag", "request_params", "context_compression", "response_jailbreak", "router_replay", "response_cache", "system_prompt", "tool_selection", "tools", "semantic-cache", "semantic_cache", "response-cache"];
const CACHE_MODES = ["semantic", "exact", "exact_then_semantic"];

export const plugins: Family = {
  rules: {
    "unknown-plugin": { severity: "warning", summary: "a plugin that wrp does not know" },
    "unknown-cache-mode": { severity: "warning", summary: "a response cache's mode that is none" },
    "empty-response": { severity: "warning", summary: "fast_response without a message answers with nothing" },
    "plugins-behind-answer": { severity: "note", summary: "a decision with fast_response calls no model: its models are not asked" },
  },
  check({ recipes }, say) {
    for (const { path, decisions } of recipes) for (const [k, decision] of decisions.entries()) checkPlugins(decision, [...path, "decisions", k], say);
  },
};

function checkPlugins({ name, plugins: all, modelRefs }: VsrDecision, path: Path, say: Say): void {
  for (const [k, { type, configuration }] of all.entries()) {
    const at = [...path, "plugins", k];
    const settings = fieldsIn(configuration);
    const near = nearest(type, PLUGINS);
    if (!PLUGINS.includes(type)) say("unknown-plugin", type === "" ? at : [...at, "type"], type === "" ? "a plugin has no type" : `unknown plugin "${type}"`, `known: ${PLUGINS.slice(0, 14).join(", ")}`, near === null ? {} : { replacement: near });
    const mode = textIn(settings, "mode");
    if (/cache/.test(type) && mode !== "" && !CACHE_MODES.includes(mode)) say("unknown-cache-mode", [...at, "configuration", "mode"], `cache mode "${mode}" is none`, `known: ${CACHE_MODES.join(", ")}`);
    if (type !== "fast_response" || yamlFlag(settings["enabled"]) === false) continue;
    if (textIn(settings, "message") === "") say("empty-response", at, `fast_response of decision "${name}" has no message`, "give it configuration: message");
    if (modelRefs.length > 0) say("plugins-behind-answer", at, `fast_response answers every prompt of decision "${name}": its ${modelRefs.length === 1 ? "model is" : `${modelRefs.length} models are`} not asked`, "drop the plugin if the models are to answer");
  }
}
