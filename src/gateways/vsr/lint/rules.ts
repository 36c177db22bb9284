import { algorithms } from "./checks/algorithms.ts";
import { context } from "./checks/context.ts";
import { decisions } from "./checks/decisions.ts";
import { environment } from "./checks/environment.ts";
import { keywords } from "./checks/keywords.ts";
import { leaves } from "./checks/leaves.ts";
import { LOADS } from "./checks/loads.ts";
import { logic } from "./checks/logic.ts";
import { models } from "./checks/models.ts";
import { operators } from "./checks/operators.ts";
import { partitions } from "./checks/partitions.ts";
import { plugins } from "./checks/plugins.ts";
import { projections } from "./checks/projections.ts";
import { recipes } from "./checks/recipes.ts";
import { signals } from "./checks/signals.ts";
import { thresholds } from "./checks/thresholds.ts";
import { unknownFields } from "./checks/unknown-fields.ts";
import { unused } from "./checks/unused.ts";
import { IGNORES } from "./ignored.ts";
import { EVIDENCE } from "./evidence.ts";
import type { Family, LintRule } from "./finding.ts";

/** What a config is looked through for, in order. */
export const FAMILIES: readonly Family[] = [unknownFields, environment, decisions, operators, leaves, logic, keywords, context, signals, thresholds, partitions, projections, models, algorithms, plugins, recipes, unused];

/** Every rule by its code. */
export const LINT_RULES: Readonly<Record<string, LintRule>> = Object.assign({}, LOADS, IGNORES, ...FAMILIES.map(({ rules }) => rules), EVIDENCE) as Record<string, LintRule>;
