import type { OutcomeColumns } from "../../../model/columns.ts";
import type { Path } from "../../../model/path.ts";
import type { Played } from "../../loops/played.ts";
import type { VsrAlgorithm } from "../shape.ts";

type Settings = Partial<NonNullable<VsrAlgorithm["ratings"]>>;

/**
 * Upstream's looper of all candidates (pkg/looper/ratings.go): each is asked, at most `max_concurrent` at a time, and the response has the
 * answers of those that did not fail as choices, in the config's order. What is judged is the first choice, which a client reads that knows
 * of no others. With `on_error: fail`, one that fails fails all. Where fewer are asked at a time than there are, it is in batches here;
 * upstream asks the next one as soon as another has ended, and is as slow as that at most.
 *
 * @param models by their names in the run
 */
export function ratingsPlay(models: readonly string[], { max_concurrent: most = 0, on_error: onError = "" }: Settings): (columns: OutcomeColumns) => Played {
  return (columns) => {
    const { n, failed } = columns;
    const places = models.map((name) => columns.models.indexOf(name));
    const size = most > 0 ? most : places.length;
    const rounds = Array.from({ length: Math.ceil(places.length / size) }, (_, k) => places.slice(k * size, (k + 1) * size));
    const weights = places.map(() => new Float64Array(n));
    const fails = (k: number, i: number) => failed[places[k] as number]?.[i] === 1;
    for (let i = 0; i < n; i++) {
      const broken = places.findIndex((_, k) => fails(k, i));
      const answered = places.findIndex((_, k) => !fails(k, i));
      (weights[onError === "fail" && broken >= 0 ? broken : Math.max(answered, 0)] as Float64Array)[i] = 1;
    }
    return {
      paths: places.map((gives): Path => ({ rounds, gives, checked: [] })),
      rules: models.map((model) => `asked ${models.join(", ")}: the first choice is ${model}'s`),
      weights,
      check: { costUsd: 0, latencyMs: 0 },
      notes: [],
      needs: "",
    };
  };
}
