import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SHARED_DATA } from "../../wrp.ts";

/** A config in which numbers are written in every way that a person may: in flow and in block, quoted, with units, after comments, not at all. */
export const OWN = `# Desk of a lender.
version: v0.3
providers:
  defaults: {default_model: finch}
  models: [{name: finch}, {"name": "eagle"}] # both
routing:
  modelCards:
    - {name: finch, quality_score: 0.7}
    - { "name": "eagle", "quality_score": 0.95 } # the better one
  signals:
    keywords:
      - name: fraud   # claims
        operator: OR
        keywords: [fraud, stolen card]
        method: ngram
      - {name: closing, operator: OR, keywords: [goodbye], fuzzy_match: true, }
    context:
    - name: short
      max_tokens: 999
    - name: long
      min_tokens: '8K'
      max_tokens: 1.5M
    structure:
      - name: many
        feature: {type: count, source: {type: regex, pattern: "[?]"}}
        predicate: {gte: 3, lt: 9}
    embeddings:
      -   threshold: 0.8   # tuned in May
          name: refund
          candidates: [money back]
      - name: praise
        threshold: 0.75
        candidates: [well done]
    domains:
      - name: law
        mmlu_categories: [law]
        model_scores: [{model: eagle, score: 0.9}, {model: finch, score: 0.4}]
    complexity:
      - name: hard
        threshold: 0.1
        composer: {operator: AND, conditions: [{type: context, name: long}, {type: classifier, name: tone, label: angry, predicate: {gte: 0.6}}]}
    classifiers:
      - name: tone
        type: local
        model_path: tone.onnx
        labels: [angry]
  projections:
    partitions:
      - name: mood
        semantics: softmax_exclusive
        members: [refund, praise]
    scores:
      - name: risk
        method: weighted_sum
        inputs:
          - {type: keyword, name: fraud, weight: 0.6}
          - type: keyword
            name: fraud
            weight: -0.2
            value_source: confidence
          - type: structure
            name: many
            weight: 0.3
            miss: -0.1
    mappings:
      - name: risk_band
        source: risk
        method: threshold_bands
        calibration: {method: sigmoid_distance}
        outputs: [{name: calm, lt: 0.5}, {name: risky, gte: 0.5}]
  decisions:
    - name: in house
      priority: 300
      rules:
        operator: AND
        conditions:
          - {type: projection, name: risky}
          - type: classifier
            name: tone
            label: angry
            predicate:
              gte: 0.25
      modelRefs: [{model: finch, weight: 1}]
    - name: ordinary
      rules: {operator: OR, conditions: [{type: complexity, name: "hard:hard"}, {type: embedding, name: refund}, {type: keyword, name: closing}, {type: context, name: short}]}
      modelRefs:
        - model: finch
        - model: eagle
      algorithm:
        type: multi_factor
        multi_factor:
          weights:
            quality: 1
            cost: 0.5
          slo: {max_cost_per_1m: 5}
recipes:
  - name: night
    routing:
      signals:
        keywords: [{name: fraud, operator: OR, keywords: [fraud], method: bm25, bm25_threshold: 0.2}]
      decisions:
        - name: all
          priority: 10
          tier: 1
          modelRefs: [{model: eagle}]
entrypoints:
  - {model_names: [night-desk], recipe: night}`;

const CONFIGS = join(SHARED_DATA, "vllm-sr-configs");

/** Upstream's own, where they are here. */
export const UPSTREAM = existsSync(CONFIGS) ? ["config.yaml", "accuracy/config.yaml", "balance/config.yaml", "knowledge/config.yaml", "privacy/config.yaml"].map((name) => [name, readFileSync(join(CONFIGS, name), "utf8")] as const) : [];
