import type { Generated } from "kysely";

/** Numbers that the first migration gives out: settings "as recorded", and the grade that a file states. */
export const RECORDED_SETTINGS = 1;
export const RECORDED_GRADER = 1;

/** A string as it is stored: a blob where it is not well-formed Unicode (see text.ts). */
export type StoredText = string | Buffer;

/** The tables that queries are built on, as the migrations leave them. JSON columns are strings here. */
export interface Schema {
  models: { id: Generated<number>; name: string };
  prompts: { id: Generated<number>; hash: string; messages: string | null };
  sources: { id: Generated<number>; kind: "recorded" | "simulated" | "live"; hash: string; import_hash: string };
  records: { id: Generated<number>; source_id: number; row: number; prompt_id: number };
  settings: { id: Generated<number>; hash: string; document: string };
  answers: {
    id: Generated<number>;
    record_id: number;
    model_id: number;
    settings_id: number;
    sample: number;
    input_tokens: number | null;
    output_tokens: number | null;
    cost_usd: number | null;
    latency_ms: number | null;
    ttft_ms: number | null;
    error: StoredText | null;
    text: StoredText | null;
    confidence: string | null;
  };
  loose_tries: { record_id: number; model_id: number; number: number; cost_usd: number | null };
  graders: { id: Generated<number>; name: string };
  grades: { answer_id: number; grader_id: number; reference_hash: string; quality: number };
  workloads: {
    id: Generated<number>;
    hash: string;
    name: string;
    files: string;
    summary: Generated<string | null>;
    prompts: Generated<number | null>;
    has_texts: Generated<0 | 1>;
  };
  workload_prompts: {
    workload_id: number;
    ordinal: number;
    record_id: number;
    file: number;
    has_messages: 0 | 1;
    chosen_model_id: number | null;
    length_code_points: number | null;
    input_tokens: number | null;
    turn: number | null;
    own_id: StoredText;
    dataset: StoredText;
    session: StoredText | null;
    grader: StoredText | null;
    tags: string | null;
    meta: string | null;
    reference: StoredText | null;
    request: string | null;
  };
  policy_decisions: { policy_hash: string; workload_id: number; models: string; rules: string; notes: string; pairs: string; codes: string; expectation: string | null };
  held_out_looks: { id: Generated<number>; workload_hash: string; what: string };
  reports: { key: string; document: string };
  runs: {
    seq: Generated<number>;
    id: string;
    created_at: string;
    seed: number;
    config_hash: string;
    workload_hash: string;
    wrp_version: string;
    config: string;
    status: "running" | "complete" | "failed" | "interrupted";
    report_key: string | null;
  };
  run_decisions: { run_seq: number; policy_hash: string };
  prices: {
    run_seq: number;
    position: number;
    model: string;
    input_usd_per_1m: number | null;
    output_usd_per_1m: number | null;
    source: string;
  };
}
