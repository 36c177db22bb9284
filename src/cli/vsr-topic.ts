/** What `wrp help vsr` prints: configs of vLLM Semantic Router as policies, and the files that go with them. */
export const VSR_TOPIC = `vLLM Semantic Router: configs (v0.3) as policies

  wrp route "…" --policy vsr:config.yaml                    where one prompt goes, and why
  wrp eval DATA --policy vsr:old.yaml --policy vsr:new.yaml what a changed config moves, costs and is worth
  wrp check config.yaml [prompts.jsonl]                     what is wrong with it (wrp help lint)
  wrp check --probes probes.yaml --policy vsr:config.yaml   which of a recipe's probes hold
  wrp export --policy tuned -o tuned.yaml                   a policy's numbers, written back

  policies:
    - { name: ours,  kind: vsr, config: config.yaml }
    - { name: tuned, kind: vsr, config: config.yaml, set: { decisions.legal.priority: 120 } }
                                     paths: wrp export --policy vsr:config.yaml --list

Signals that no one can read here are unknown. A prompt is decided only where they cannot change what comes out;
else it is undetermined: it has no model, cost or quality, and the decisions named are some that are possible.
What reads them, the first that is there:

  embedder: built-in                 similarities: embedding, complexity, preference, reask; or {model: FILE.onnx}
  classifiers: { pii: { model: pii/model.onnx } }
                                     domain, jailbreak, pii, fact_check, user_feedback, complexity, modality,
                                     language, preference, classifier:NAME
                                     kb: the embedder, with the base's manifest where the config says, or given:
                                     manifests: {BASE: …} in the policy
  --surrogate                        wrp's own models for what is left of embedding, complexity, reask, domain,
                                     jailbreak, pii and language; the rest stays unknown

What-if: wrp route "…" --policy vsr:config.yaml --signals facts.json takes readings as given; what is not named did
not match, what is under "unknown" stays open:

  { "matched": { "domain": ["law"], "pii": ["strict"] },
    "confidences": { "domain:law": 0.7 }, "values": { "context:long": 9000 },
    "errors": [], "unknown": ["jailbreak:strict"] }

A whole request: --request body.json, as a client sends it: messages, tools, metadata, user, max_tokens.
What of it nobody knows, as in many logs: "unknown": [history, calls, images, tools, format, limits, metadata].

Probes: wrp check --probes probes.yaml (exit 0 hold, 1 too few, 3 cannot be determined):

  decisions:
    - expected_decision: legal       also model, expected_recipe, expected_algorithm, expected_plugins,
                                     forbidden_plugins, expected_signals, forbidden_signals
      expected_signals: { keywords: [urgent] }
      variants:
        - { id: plain, query: "Is this contract void?", tags: [en] }
        - { id: chat, messages: [{ role: user, content: "…" }] }
  acceptance: { min_probe_pass_rate: 95 }   percent; default 100
`;
