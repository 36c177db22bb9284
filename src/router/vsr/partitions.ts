import type { ReadingState } from "./reading-state.ts";
import type { Partition } from "./shape.ts";
import { ANY_CONFIDENCE, exactly, type Truth } from "./span.ts";

/** Of a partition's members, at most one may match once it is applied. */
interface Contenders {
  readonly type: "domain" | "embedding";
  readonly names: readonly string[];
  /** One of them surely takes part. */
  readonly some: boolean;
}

/** Leaves of each partition's contenders the one with the most confidence; where none contends, its default matches. */
export function applyPartitions(partitions: readonly Partition[], state: ReadingState, typeOf: (member: string) => "domain" | "embedding"): void {
  for (const partition of partitions) {
    const type = typeOf(partition.members[0] ?? partition.default);
    const known = partition.members.filter((name) => state.read(type, name) === true && state.confidence(type, name) !== null);
    const unknown = partition.members.filter((name) => state.read(type, name) === null);
    if (unknown.length === 0) applyKnown(partition, type, known, state);
    else applyUnknown(partition, { type, names: [...known, ...unknown], some: known.length > 0 }, state);
  }
}

function applyKnown({ semantics, temperature, default: fallback }: Partition, type: "domain" | "embedding", contenders: readonly string[], state: ReadingState): void {
  if (contenders.length === 0 && fallback !== "") state.set(type, fallback, true);
  if (contenders.length < 2) return;
  const scores = contenders.map((name) => state.confidence(type, name)?.lo ?? 0);
  const most = Math.max(...scores);
  const winner = scores.indexOf(most);
  const heat = temperature !== undefined && temperature > 0 ? temperature : 1;
  const total = scores.reduce((sum, score) => sum + Math.exp((score - most) / heat), 0);
  for (const [k, name] of contenders.entries()) {
    if (k !== winner) state.set(type, name, false);
    else if (semantics === "softmax_exclusive") state.set(type, name, true, exactly(1 / total));
  }
}

/** One that nobody knows may have taken the place of any other. */
function applyUnknown({ semantics, default: fallback }: Partition, { type, names, some }: Contenders, state: ReadingState): void {
  const { assumed } = state;
  const said = (name: string) => assumed.get(`${type}:${name}`);
  const taken = names.find((name) => said(name) === true);
  const open = names.filter((name) => said(name) !== false);
  const sure = taken ?? (some && open.length === 1 ? open[0] : undefined);
  const spanOf = (name: string) => (semantics === "softmax_exclusive" ? ANY_CONFIDENCE : (state.confidence(type, name) ?? ANY_CONFIDENCE));
  const truths = names.map((name): [string, Truth] => [name, sure !== undefined ? name === sure : open.includes(name) ? null : false]);
  for (const [name, truth] of truths) state.set(type, name, truth, spanOf(name));
  if (fallback === "" || some) return;
  if (open.every((name) => name === fallback)) state.set(type, fallback, true, names.includes(fallback) ? ANY_CONFIDENCE : undefined);
  else if (sure === undefined) state.set(type, fallback, null, names.includes(fallback) ? ANY_CONFIDENCE : undefined);
}
