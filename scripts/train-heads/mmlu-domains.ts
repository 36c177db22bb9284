/** The 14 names that MMLU-Pro sorts questions under (Wang et al. 2024, arXiv:2406.01574), in the order of a head's labels. */
export const DOMAINS = ["biology", "business", "chemistry", "computer science", "economics", "engineering", "health", "history", "law", "math", "other", "philosophy", "physics", "psychology"] as const;

export type Domain = (typeof DOMAINS)[number];

/**
 * MMLU's 57 subjects → MMLU-Pro's names: MMLU's own table (hendrycks/test, categories.py, `subcategories`), of which MMLU-Pro merges
 * geography, politics and culture into "other".
 */
const SUBJECTS: Readonly<Record<Domain, string>> = {
  biology: "college_biology high_school_biology",
  business: "business_ethics management marketing",
  chemistry: "college_chemistry high_school_chemistry",
  "computer science": "college_computer_science computer_security high_school_computer_science machine_learning",
  economics: "econometrics high_school_macroeconomics high_school_microeconomics",
  engineering: "electrical_engineering",
  health: "anatomy clinical_knowledge college_medicine human_aging medical_genetics nutrition professional_medicine virology",
  history: "high_school_european_history high_school_us_history high_school_world_history prehistory",
  law: "international_law jurisprudence professional_law",
  math: "abstract_algebra college_mathematics elementary_mathematics high_school_mathematics high_school_statistics",
  other:
    "global_facts high_school_geography high_school_government_and_politics human_sexuality miscellaneous professional_accounting public_relations security_studies sociology us_foreign_policy",
  philosophy: "formal_logic logical_fallacies moral_disputes moral_scenarios philosophy world_religions",
  physics: "astronomy college_physics conceptual_physics high_school_physics",
  psychology: "high_school_psychology professional_psychology",
};

const DOMAIN_OF = new Map(DOMAINS.flatMap((domain) => SUBJECTS[domain].split(" ").map((subject) => [subject, domain] as const)));

/** Throws on a subject that MMLU does not have. */
export function domainOf(subject: string): Domain {
  const domain = DOMAIN_OF.get(subject);
  if (!domain) throw new Error(`MMLU has no subject "${subject}"`);
  return domain;
}
