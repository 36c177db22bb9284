import { environmentIn, environmentTexts } from "../../../../router/vsr/environment.ts";
import type { Family } from "../finding.ts";

/** Texts into which upstream's loader puts the environment (pkg/config/env_substitution.go): meant as such, or a price in a keyword. */
export const environment: Family = {
  rules: { "environment-text": { severity: "warning", summary: "upstream puts an environment variable into a text that decides where requests go: what it then is cannot be told from the file" } },
  check({ raw }, say) {
    for (const { path, text } of environmentTexts(raw)) {
      const references = [...new Set(environmentIn(text))];
      say("environment-text", path, `upstream reads ${references.join(", ")} as an environment variable, empty where it is not set; here "${text.length > 80 ? `${text.slice(0, 80)}…` : text}" is taken as written`, "write what it stands for, or $$ for a $ that is meant");
    }
  },
};
