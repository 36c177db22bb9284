import type { Partition, VsrRecipe } from "../../../../router/vsr/shape.ts";
import type { Family, Say } from "../finding.ts";
import type { Path } from "../source.ts";

const SEMANTICS = ["exclusive", "softmax_exclusive"];

/** Partitions (facts 1.6, and the DSL validator's partition checks). */
export const partitions: Family = {
  rules: {
    "partition-member": { severity: "error", summary: "a partition's member is neither a domain nor an embedding, or both kinds are mixed" },
    "partition-size": { severity: "warning", summary: "a partition of fewer than two members parts nothing" },
    "partition-default": { severity: "warning", summary: "a partition without a default, or with one that is no member" },
    "partition-semantics": { severity: "warning", summary: "semantics other than exclusive and softmax_exclusive" },
    "softmax-temperature": { severity: "warning", summary: "softmax_exclusive with a temperature of 0 or less" },
  },
  check({ recipes }, say) {
    for (const recipe of recipes) for (const [k, partition] of recipe.partitions.entries()) checkPartition(partition, [...recipe.path, "projections", "partitions", k], recipe, say);
  },
};

function checkPartition(partition: Partition, path: Path, { signals }: VsrRecipe, say: Say): void {
  const { name, members, semantics, temperature, default: fallback } = partition;
  const named = (list: string) => new Set((signals[list] ?? []).map((spec) => spec.name));
  const [embeddings, domains] = [named("embeddings"), named("domains")];
  const typeOf = (member: string) => (embeddings.has(member) ? "embedding" : domains.has(member) ? "domain" : null);
  const types = members.map(typeOf);
  for (const [k, type] of types.entries()) {
    if (type === null) say("partition-member", [...path, "members", k], `partition "${name}": there is no domain or embedding signal "${members[k]}"`, `known: ${[...embeddings, ...domains].join(", ")}`);
    else if (type !== types.find((one) => one !== null)) say("partition-member", [...path, "members", k], `partition "${name}" mixes domains and embeddings: "${members[k]}" is of type ${type}`, "make it two partitions");
    else if (members.indexOf(members[k] as string) < k) say("partition-member", [...path, "members", k], `partition "${name}" names "${members[k]}" twice`, "drop one");
  }
  if (new Set(members).size < 2) say("partition-size", path, `partition "${name}" has ${members.length === 0 ? "no member" : "one member"}: it parts nothing`, "give it two at least");
  if (fallback === "") say("partition-default", path, `partition "${name}" has no default: where no member matches, none does`, "set default to one of its members");
  else if (!members.includes(fallback)) say("partition-default", [...path, "default"], `partition "${name}": the default "${fallback}" is no member`, `members: ${members.join(", ")}`);
  if (!SEMANTICS.includes(semantics)) say("partition-semantics", semantics === "" ? path : [...path, "semantics"], `partition "${name}": semantics ${semantics === "" ? "are missing" : `"${semantics}" are none`}`, `known: ${SEMANTICS.join(", ")}`);
  if (semantics === "softmax_exclusive" && temperature !== undefined && temperature <= 0) say("softmax-temperature", [...path, "temperature"], `partition "${name}": a softmax temperature of ${temperature}`, "a temperature is above 0; the lower, the surer the winner");
}
