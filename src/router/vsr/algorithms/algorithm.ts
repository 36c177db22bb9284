/** A model among which an algorithm chooses, with what is measured of it. */
export interface Candidate {
  readonly name: string;
  readonly quality?: number | undefined;
  readonly promptPer1M?: number | undefined;
  /** As its card has it: `8B`. */
  readonly paramSize?: string | undefined;
  /** Named only where a LoRA is: it has neither size nor price. */
  readonly unlisted?: boolean | undefined;
  /** Seconds, at the percentile that the algorithm asks for. */
  readonly tpotSeconds?: number | undefined;
  readonly ttftSeconds?: number | undefined;
  readonly inflight?: number | undefined;
}

/** What an algorithm chose, and how sure it was. */
export interface Selection {
  readonly model: string;
  readonly score: number;
  readonly confidence: number;
  /** Null where none was scored. */
  readonly scores: Readonly<Record<string, number>> | null;
  readonly why: string;
}
