import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What was asked, answered, graded, decided and reported. Texts are content-addressed, keys are small integers. */
export const outcomes: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE models (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT`,

  // Messages are null while only figures about a prompt are known; a file with its text fills them in.
  `CREATE TABLE prompts (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    messages TEXT CHECK (messages IS NULL OR json_valid(messages))
  ) STRICT`,

  // Where answers come from. A recorded source is a file's bytes and the way they were read.
  `CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('recorded', 'simulated', 'live')),
    hash TEXT NOT NULL,
    import_hash TEXT NOT NULL,
    UNIQUE (hash, import_hash, kind)
  ) STRICT`,

  // The first three parts of an answer's key in one number: a source's row about a prompt (0 where it has no rows).
  `CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources,
    row INTEGER NOT NULL CHECK (row >= 0),
    prompt_id INTEGER NOT NULL REFERENCES prompts,
    UNIQUE (source_id, row, prompt_id)
  ) STRICT`,

  // Settings of a call (temperature, system prompt …). Number 1 stands for "as recorded": the file does not tell.
  `CREATE TABLE settings (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL CHECK (json_valid(document))
  ) STRICT`,
  `INSERT INTO settings (id, hash, document) VALUES (1, '', '{}')`,

  // Tokens are REAL because some files give means; a whole number takes no more room for it.
  // Text and error are ANY: text, or a blob of UTF-16 where a string has half a surrogate pair (see text.ts).
  `CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES records,
    model_id INTEGER NOT NULL REFERENCES models,
    settings_id INTEGER NOT NULL REFERENCES settings,
    sample INTEGER NOT NULL CHECK (sample >= 0),
    input_tokens REAL CHECK (input_tokens >= 0),
    output_tokens REAL CHECK (output_tokens >= 0),
    cost_usd REAL CHECK (cost_usd >= 0),
    latency_ms REAL CHECK (latency_ms >= 0),
    ttft_ms REAL CHECK (ttft_ms >= 0),
    error ANY,
    text ANY,
    UNIQUE (record_id, model_id, settings_id, sample)
  ) STRICT`,

  // A grader's name includes its version. Number 1 is the grade that a file states.
  `CREATE TABLE graders (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT`,
  `INSERT INTO graders (id, name) VALUES (1, 'recorded@1')`,

  // An ungraded answer has no row here. reference_hash is '' for a grader that reads no reference.
  `CREATE TABLE grades (
    answer_id INTEGER NOT NULL REFERENCES answers,
    grader_id INTEGER NOT NULL REFERENCES graders,
    reference_hash TEXT NOT NULL,
    quality REAL NOT NULL CHECK (quality BETWEEN 0 AND 1),
    PRIMARY KEY (answer_id, grader_id, reference_hash)
  ) STRICT, WITHOUT ROWID`,

  // Summary is null until the workload is complete.
  `CREATE TABLE workloads (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    files TEXT NOT NULL CHECK (json_valid(files)),
    summary TEXT CHECK (summary IS NULL OR json_valid(summary)),
    prompts INTEGER CHECK (prompts >= 0),
    CHECK ((summary IS NULL) = (prompts IS NULL))
  ) STRICT`,

  // What a workload says of each of its prompts; the same row may stand in many workloads (splits, filters).
  // file is an index into the workload's files, own_id the file's own name for the prompt.
  `CREATE TABLE workload_prompts (
    workload_id INTEGER NOT NULL REFERENCES workloads,
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    record_id INTEGER NOT NULL REFERENCES records,
    file INTEGER NOT NULL CHECK (file >= 0),
    has_messages INTEGER NOT NULL CHECK (has_messages IN (0, 1)),
    chosen_model_id INTEGER REFERENCES models,
    length_code_points INTEGER CHECK (length_code_points >= 0),
    input_tokens REAL CHECK (input_tokens >= 0),
    turn INTEGER,
    own_id ANY NOT NULL,
    dataset ANY NOT NULL,
    session ANY,
    grader ANY,
    tags TEXT CHECK (tags IS NULL OR json_valid(tags)),
    meta TEXT CHECK (meta IS NULL OR json_valid(meta)),
    reference ANY,
    PRIMARY KEY (workload_id, ordinal)
  ) STRICT, WITHOUT ROWID`,

  // One policy over one workload. codes[ordinal] is an index into pairs, [model, rule]; these are indices into
  // models and rules, or null. Read it through the view "decisions".
  `CREATE TABLE policy_decisions (
    policy_hash TEXT NOT NULL,
    workload_id INTEGER NOT NULL REFERENCES workloads,
    models TEXT NOT NULL CHECK (json_valid(models)),
    rules TEXT NOT NULL CHECK (json_valid(rules)),
    notes TEXT NOT NULL CHECK (json_valid(notes)),
    pairs TEXT NOT NULL CHECK (json_valid(pairs)),
    codes TEXT NOT NULL CHECK (json_valid(codes)),
    PRIMARY KEY (policy_hash, workload_id)
  ) STRICT`,

  `CREATE TABLE reports (
    key TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL CHECK (json_valid(document))
  ) STRICT`,

  `CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    created_at TEXT NOT NULL,
    seed INTEGER NOT NULL,
    config_hash TEXT NOT NULL,
    workload_hash TEXT NOT NULL,
    wrp_version TEXT NOT NULL,
    config TEXT NOT NULL CHECK (json_valid(config)),
    status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'failed')),
    report_key TEXT REFERENCES reports (key),
    CHECK ((status = 'complete') = (report_key IS NOT NULL))
  ) STRICT`,

  // The prices that a run went by, in the order the run gave them.
  `CREATE TABLE prices (
    run_seq INTEGER NOT NULL REFERENCES runs,
    position INTEGER NOT NULL,
    model TEXT NOT NULL,
    input_usd_per_1m REAL CHECK (input_usd_per_1m >= 0),
    output_usd_per_1m REAL CHECK (output_usd_per_1m >= 0),
    source TEXT NOT NULL,
    PRIMARY KEY (run_seq, position)
  ) STRICT, WITHOUT ROWID`,

  // For people who open the file: everything by name.
  `CREATE VIEW outcomes AS
    SELECT prompts.hash AS prompt, sources.kind AS source_kind, sources.hash AS source, records.row AS row,
      models.name AS model, settings.hash AS settings, answers.sample, answers.input_tokens, answers.output_tokens,
      answers.cost_usd, answers.latency_ms, answers.ttft_ms, answers.error, answers.text,
      graders.name AS grader, grades.reference_hash, grades.quality
    FROM answers
    JOIN records ON records.id = answers.record_id
    JOIN sources ON sources.id = records.source_id
    JOIN prompts ON prompts.id = records.prompt_id
    JOIN models ON models.id = answers.model_id
    JOIN settings ON settings.id = answers.settings_id
    LEFT JOIN grades ON grades.answer_id = answers.id
    LEFT JOIN graders ON graders.id = grades.grader_id`,

  `CREATE VIEW decisions AS
    SELECT d.policy_hash AS policy, workloads.hash AS workload, code.key AS ordinal,
      json_extract(d.models, '$[' || json_extract(d.pairs, '$[' || code.value || '][0]') || ']') AS model,
      json_extract(d.rules, '$[' || json_extract(d.pairs, '$[' || code.value || '][1]') || ']') AS rule
    FROM policy_decisions AS d
    JOIN workloads ON workloads.id = d.workload_id
    JOIN json_each(d.codes) AS code`,
];
