/** A config in which nothing is to be found: a help desk with two models. Each case of the lint breaks one thing of it. */
export const SOUND = `version: v0.3
listeners:
  - { name: http, address: 0.0.0.0, port: 8899, timeout: 300s }
providers:
  defaults:
    default_model: finch
    reasoning_families:
      bird: { type: reasoning_effort, parameter: effort }
  models:
    - name: finch
      pricing: { prompt_per_1m: 0.2, completion_per_1m: 0 }
    - name: eagle
      reasoning_family: bird
      pricing: { prompt_per_1m: 3, completion_per_1m: 0 }
routing:
  strategy: priority
  modelCards:
    - name: finch
      quality_score: 0.7
    - name: eagle
      quality_score: 0.95
      loras: [{ name: legal }]
  signals:
    keywords:
      - name: refund
        operator: OR
        keywords: [refund, money back]
      - name: urgent
        operator: OR
        method: regex
        keywords: ['urgent(ly)?']
    context:
      - name: short
        max_tokens: 1K
      - name: long
        min_tokens: 1001
    structure:
      - name: questions
        feature: { type: count, source: { type: regex, pattern: '[?]' } }
        predicate: { gte: 4 }
    conversation:
      - name: turns
        feature: { type: count, source: { type: message, role: user } }
        predicate: { gte: 2 }
    events:
      - name: outage
        severities: [critical]
    metadata:
      - name: from_app
        key: client
        predicate: { equals: app }
    role_bindings:
      - name: staff_binding
        role: staff
        subjects: [{ kind: Group, name: staff }]
    domains:
      - name: law
        mmlu_categories: [law]
      - name: money
        mmlu_categories: [business, economics]
    embeddings:
      - name: complaint
        threshold: 0.7
        candidates: [this is broken]
      - name: praise
        threshold: 0.7
        candidates: [this is great]
    fact_check:
      - name: needs_fact_check
    complexity:
      - name: proofs
        threshold: 0.3
        hard: { candidates: [prove it] }
        easy: { candidates: [say hello] }
        composer:
          operator: AND
          conditions: [{ type: context, name: short }, { type: keyword, name: urgent }]
    classifiers:
      - name: risk
        type: local
        labels: [SAFE, RISKY]
  projections:
    partitions:
      - name: mood
        semantics: softmax_exclusive
        temperature: 0.3
        members: [complaint, praise]
        default: praise
    scores:
      - name: weight
        method: weighted_sum
        inputs:
          - { type: keyword, name: refund, weight: 0.6 }
          - { type: structure, name: questions, weight: 0.3 }
    mappings:
      - name: weight_band
        source: weight
        method: threshold_bands
        outputs:
          - { name: light, lt: 0.5 }
          - { name: heavy, gte: 0.5 }
  decisions:
    - name: risky
      priority: 90
      rules: { type: classifier, name: risk, label: RISKY, predicate: { gte: 0.5 } }
      modelRefs: [{ model: eagle, lora_name: legal }]
    - name: heavy_law
      priority: 80
      rules:
        operator: AND
        conditions:
          - { type: projection, name: heavy }
          - { type: domain, name: law }
          - operator: NOT
            conditions: [{ type: embedding, name: praise }]
      modelRefs: [{ model: eagle, use_reasoning: true }]
    - name: light_money
      priority: 70
      rules:
        operator: OR
        conditions:
          - operator: AND
            conditions: [{ type: projection, name: light }, { type: domain, name: money }]
          - { type: complexity, name: 'proofs:hard' }
          - { type: event, name: outage }
      modelRefs: [{ model: finch }, { model: eagle }]
      algorithm:
        type: multi_factor
        multi_factor: { weights: { quality: 1, cost: 1 }, on_no_candidates: cheapest }
    - name: long_talk
      priority: 60
      rules:
        operator: AND
        conditions:
          - { type: context, name: long }
          - { type: conversation, name: turns }
          - { type: metadata, name: from_app }
      modelRefs: [{ model: finch }, { model: eagle }]
      algorithm:
        type: confidence
        confidence: { confidence_method: avg_logprob, threshold: 0.6, escalation_order: cost }
    - name: staff_question
      priority: 50
      rules:
        operator: OR
        conditions:
          - { type: authz, name: staff }
          - { type: fact_check, name: needs_fact_check }
          - { type: keyword, name: urgent }
          - { type: embedding, name: complaint }
      modelRefs: [{ model: finch }]
      plugins:
        - type: router_replay
          configuration: { enabled: true }
entrypoints:
  - { model_names: [desk], recipe: night }
recipes:
  - name: night
    routing:
      signals:
        keywords:
          - { name: alarm, operator: OR, keywords: [alarm] }
      decisions:
        - name: wake
          priority: 10
          rules: { type: keyword, name: alarm }
          modelRefs: [{ model: eagle }]
`;
