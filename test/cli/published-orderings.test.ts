import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, policy, SHARED_DATA } from "../wrp.ts";

/** Qualities that are this near count as near, where the interval lies within. */
const NEAR = 0.05;

const ROUTERBENCH = join(SHARED_DATA, "routerbench");
test.skipIf(!existsSync(ROUTERBENCH))(
  "published orderings on RouterBench: kNN and MLP lie near the zero router, cascades whose judge errs in 10 % or less above it and them (Hu et al. 2024; needs shared/data)",
  async () => {
    const cascades = ["e0.05", "e0.1"];
    const flags = ["knn", "mlp(name=mlp,units=16)", ...cascades.map((name) => `cascade(name=${name},stop=judge,errorRate=${name.slice(1)})`)].flatMap((flag) => ["--policy", flag]);
    const ran = await folder({}).inside("eval", ROUTERBENCH, "--sample", "400", "--cv", "3", "--resamples", "200", "-q", "--json", ...flags);
    expect(ran.code, ran.stderr).toBe(0);
    const above = (name: string) => policy(ran.json(), name).costMatchedMix as { difference: number; ci: [number, number]; verdict: string };
    for (const name of ["knn", "mlp"]) {
      const { ci, verdict } = above(name);
      expect(verdict === "inconclusive" || (ci[0] >= -NEAR && ci[1] <= NEAR), `${name}: ${ci.join(" to ")}, ${verdict}`).toBe(true);
    }
    for (const name of cascades) {
      expect(above(name).verdict).toBe("better");
      for (const learned of ["knn", "mlp"]) expect(above(name).ci[0]).toBeGreaterThan(above(learned).ci[1]);
    }
  },
  60_000,
);
