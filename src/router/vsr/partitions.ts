import type { ReadingState } from "./reading-state.ts";
import type { Partition } from "./shape.ts";
import { ANY_CONFIDENCE, exactly, type Truth } from "./span.ts";

/** A partition with the keys of its members. */
export interface KeyedPartition extends Pick<Partition, "semantics" | "temperature"> {
  readonly members: readonly string[];
  /** Empty where it has none. */
  readonly fallback: string;
}

/** @param typeOf the type of signal that a member is */
export function keyedPartition({ semantics, temperature, members, default: fallback }: Partition, typeOf: (member: string) => "domain" | "embedding"): KeyedPartition {
  const type = typeOf(members[0] ?? fallback);
  return { semantics, temperature, members: members.map((name) => `${type}:${name}`), fallback: fallback === "" ? "" : `${type}:${fallback}` };
}

/** Leaves of each partition's contenders the one with the most confidence; where none contends, its default matches. */
export function applyPartitions(partitions: readonly KeyedPartition[], state: ReadingState): void {
  for (const partition of partitions) {
    const known = partition.members.filter((key) => state.read(key) === true && state.confidence(key) !== null);
    const unknown = partition.members.filter((key) => state.read(key) === null);
    if (unknown.length === 0) applyKnown(partition, known, state);
    else applyUnknown(partition, [...known, ...unknown], known.length > 0, state);
  }
}

function applyKnown({ semantics, temperature, fallback }: KeyedPartition, contenders: readonly string[], state: ReadingState): void {
  if (contenders.length === 0 && fallback !== "") state.set(fallback, true);
  if (contenders.length < 2) return;
  const scores = contenders.map((key) => state.confidence(key)?.lo ?? 0);
  const most = Math.max(...scores);
  const winner = scores.indexOf(most);
  const heat = temperature !== undefined && temperature > 0 ? temperature : 1;
  const total = scores.reduce((sum, score) => sum + Math.exp((score - most) / heat), 0);
  for (const [k, key] of contenders.entries()) {
    if (k !== winner) state.set(key, false);
    else if (semantics === "softmax_exclusive") state.set(key, true, exactly(1 / total));
  }
}

/** One that nobody knows may have taken the place of any other. `some`: one of them surely takes part. At most one matches in the end. */
function applyUnknown({ semantics, fallback }: KeyedPartition, contenders: readonly string[], some: boolean, state: ReadingState): void {
  const { assumed } = state;
  const taken = contenders.find((key) => assumed.get(key) === true);
  const open = contenders.filter((key) => assumed.get(key) !== false);
  const sure = taken ?? (some && open.length === 1 ? open[0] : undefined);
  const spanOf = (key: string) => (semantics === "softmax_exclusive" ? ANY_CONFIDENCE : (state.confidence(key) ?? ANY_CONFIDENCE));
  const truths = contenders.map((key): [string, Truth] => [key, sure !== undefined ? key === sure : open.includes(key) ? null : false]);
  for (const [key, truth] of truths) state.set(key, truth, spanOf(key));
  if (fallback === "" || some) return;
  if (open.every((key) => key === fallback)) state.set(fallback, true, contenders.includes(fallback) ? ANY_CONFIDENCE : undefined);
  else if (sure === undefined) state.set(fallback, null, contenders.includes(fallback) ? ANY_CONFIDENCE : undefined);
}
