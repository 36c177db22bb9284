/**
 * The fields that upstream knows, from its exhaustive example config and docs at 3d48f8c9. A list has the fields of its entries. `{…}` holds
 * the fields below; a field without it is not looked into. A table that ends in `~` may lack some: only what is spelt nearly like a known
 * field is taken for a mistake there.
 */
const PROJECTIONS = `partitions{name description semantics temperature members default} scores{name description method inputs{type name kb metric weight value_source match miss}}
  mappings{name description source method calibration{method slope} outputs{name description gt gte lt lte}}`;
const BOUNDS = "gt gte lt lte";
const RULES = `type name label predicate{${BOUNDS} equals in exists} on_error on_unknown operator conditions{@rules}`;
const CANDIDATES = "candidates image_candidates";

const SIGNALS = `keywords{name description operator keywords case_sensitive method fuzzy_match fuzzy_threshold bm25_threshold ngram_threshold ngram_arity}
  context{name description min_tokens max_tokens} structure{name description feature{type source{type pattern keywords case_sensitive sequences}} predicate{${BOUNDS}}}
  conversation{name description feature{type source{type role}} predicate{${BOUNDS}}} events{name description event_types severities action_codes temporal}
  metadata{name description key predicate{equals in exists}} role_bindings{name description role subjects{kind name}} language{name description threshold}
  embeddings{name description threshold candidates aggregation_method query_modality} domains{name description mmlu_categories model_scores{model score use_reasoning}}
  fact_check{name description threshold~} user_feedbacks{name description threshold~} reasks{name description threshold lookback_turns} preferences{name description examples threshold}
  complexity{name description threshold hard{${CANDIDATES}} easy{${CANDIDATES}} composer{@rules}} modality{name description classifier~}
  jailbreak{name description method threshold include_history jailbreak_patterns benign_patterns} pii{name description threshold pii_types_allowed include_history}
  kb{name description kb target{kind value} match} classifiers{name description type model model_path labels instructions use_cpu}`;

const ALGORITHM = `type on_error static{~} latency_aware{tpot_percentile ttft_percentile description} multi_factor{weights{quality latency cost load} slo{max_tpot_ms max_ttft_ms max_cost_per_1m max_inflight} latency_percentile on_no_candidates}
  hybrid{experience_weight router_dc_weight automix_weight cost_weight quality_gap_threshold normalize_scores~} router_dc{temperature dimension_size min_similarity use_query_contrastive use_model_contrastive require_descriptions use_capabilities~}
  automix{verification_threshold max_escalations cost_aware_routing cost_quality_tradeoff discount_factor use_logprob_verification~}
  confidence{confidence_method threshold hybrid_weights{logprob_weight margin_weight} on_error escalation_order cost_quality_tradeoff token_filter verifier_server_url verifier_timeout_seconds~}
  ratings{max_concurrent on_error~} prompt{model instructions timeout_seconds~} knn{k~} kmeans{num_clusters efficiency_weight~} svm{kernel gamma~} mlp{device~}
  remom{breadth_schedule model_distribution temperature include_reasoning compaction_strategy compaction_tokens synthesis_template synthesis_model max_concurrent max_completion_tokens round_timeout_seconds min_successful_responses on_error shuffle_seed include_intermediate_responses max_responses_per_round~}
  fusion{model analysis_models analysis_overrides{model temperature max_completion_tokens~} max_concurrent max_completion_tokens round_timeout_seconds min_successful_responses temperature include_analysis include_intermediate_responses on_error analysis_template synthesis_template judge_prompt_version grounding{enabled reference policy min_score min_keep nli_contradiction_penalty on_error~}~}
  workflows{mode template planner{model max_completion_tokens~} max_steps max_parallel max_completion_tokens round_timeout_seconds min_successful_responses temperature include_intermediate_responses on_error~}`;

const MODEL_REF = "model lora_name weight use_reasoning reasoning_description reasoning_effort";

const DECISION = `name description priority tier output_contract output_contract_spec{type reference{source id_format~} extract{mode sources~} postprocess{type~}~} rules{@rules} modelRefs{${MODEL_REF}}
  algorithm{${ALGORITHM}} adaptations{mode adaptation{mode~} protection{stability_weight switch_margin~}~} plugins{type configuration enabled~}
  candidateIterations{variable source models{${MODEL_REF}} outputs{type value~}~} emits{kind retention{drop ttl_turns keep_current_model prefer_prefix_retention}~} annotations`;

const PROFILE = `signals{${SIGNALS}} projections{${PROJECTIONS}} decisions{${DECISION}} strategy`;
const CARD = "name param_size context_window_size description capabilities loras{name description} quality_score modality tags";

const PROVIDERS = `defaults{default_model reasoning_families default_reasoning_effort} models{name reasoning_family provider_model_id api_format external_model_ids
  pricing{currency prompt_per_1m cached_input_per_1m cache_write_per_1m completion_per_1m}
  reliability{lb_policy retry_count retry_on consecutive_5xx base_ejection_time max_ejection_percent health_check_path health_check_interval health_check_timeout~}
  backend_refs{name endpoint protocol weight type base_url provider auth_header auth_prefix extra_headers api_version chat_path api_key api_key_env}}`;

const SCORING = "prototype_scoring{enabled cluster_similarity_threshold max_prototypes best_weight top_m margin_threshold~}";

const GLOBAL = `router{config_source strategy auto_model_name auto_model_names include_config_models_in_list clear_route_cache streamed_body{enabled max_bytes timeout_sec~} skip_processing{enabled~} model_selection learning{enabled adaptation{enabled candidate_set strategy~} protection{enabled scope identity tuning~} state_store~}~}
  services{api response_api observability authz{fail_open identity providers~} ratelimit{fail_open providers~} management_api startup_status router_replay~}
  stores{response_cache{backend_type enabled similarity_threshold max_entries ttl_seconds eviction_policy embedding_model milvus redis~} memory vector_store~}
  integrations{tools{enabled top_k similarity_threshold tools_db_path fallback_to_empty advanced_filtering~} looper~}
  model_catalog{embeddings{semantic{embedding_config{backend model_type preload_embeddings target_dimension target_layer enable_soft_matching top_k min_score_threshold ${SCORING}~} endpoint use_cpu~}~} system external kbs modules~}~`;

const CONFIG = `version listeners{name address port timeout~} providers{${PROVIDERS}} routing{modelCards{${CARD}} ${PROFILE}} entrypoints{model_names recipe} recipes{name description routing{modelCards ${PROFILE}}} global{${GLOBAL}}`;

/** The fields of a part, each with the table below it where that is looked into. */
export interface FieldTable {
  readonly fields: ReadonlyMap<string, FieldTable | null>;
  /** It may lack fields. */
  readonly open: boolean;
}

const read = (text: string, known: Readonly<Record<string, FieldTable>>): FieldTable => {
  const words = text.match(/[{}~]|@?[\w-]+/g) ?? [];
  let at = 0;
  const table = (): FieldTable => {
    const fields = new Map<string, FieldTable | null>();
    let open = false;
    for (; at < words.length && words[at] !== "}"; at++) {
      const word = words[at] as string;
      if (word === "~") open = true;
      else if (words[at + 1] !== "{") fields.set(word, null);
      else if (words[at + 2]?.startsWith("@")) {
        fields.set(word, known[words[at + 2]?.slice(1) as string] ?? null);
        at += 3;
      } else {
        at += 2;
        fields.set(word, table());
      }
    }
    return { fields, open };
  };
  return table();
};

const rules = read(RULES, {});
(rules.fields as Map<string, FieldTable>).set("conditions", rules);

/** The fields of a whole config. */
export const KNOWN_FIELDS: FieldTable = read(CONFIG, { rules });
