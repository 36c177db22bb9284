/**
 * How often 95 % intervals hold the truth, on populations whose truth is known (test/stats/populations.ts).
 *
 *   npm run coverage -- [--repetitions 10000] [--resamples 1000] [--n 500,2000] [--population binary]
 *
 * Prints a Markdown table (progress on stderr). n below 500 and ties are shown without a promise. Two processes share the work:
 * 10,000 repetitions take some 5 minutes a population; --repetitions 1000 gives a first look.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { coverage, POPULATIONS } from "../test/stats/populations.ts";

const { values } = parseArgs({
  options: {
    repetitions: { type: "string", default: "10000" },
    resamples: { type: "string", default: "1000" },
    n: { type: "string", default: "500" },
    population: { type: "string" },
    shard: { type: "string" },
  },
});
const SHARDS = 2;
const repetitions = Number(values.repetitions);

type Row = ReturnType<typeof coverage>[number];

function tables(first: number, count: number): { population: string; n: number; rows: Row[] }[] {
  return POPULATIONS.filter((p) => values.population === undefined || p.name === values.population).flatMap((p) =>
    values.n.split(",").map((n) => {
      if (first === 1) process.stderr.write(`${new Date().toISOString()} ${p.name}, n ${n} …\n`);
      return { population: p.name, n: Number(n), rows: coverage(p, Number(n), count, Number(values.resamples), first) };
    }),
  );
}

if (values.shard !== undefined) {
  const count = repetitions / SHARDS;
  process.send?.(tables(1 + Number(values.shard) * count, count));
} else {
  const shards = await Promise.all(
    Array.from(
      { length: SHARDS },
      (_, k) =>
        new Promise<ReturnType<typeof tables>>((resolve, reject) => {
          const child = fork(import.meta.filename, [...process.argv.slice(2), "--shard", String(k)]);
          child.on("message", (message) => resolve(message as ReturnType<typeof tables>));
          child.on("error", reject);
          child.on("exit", (code) => (code === 0 ? undefined : reject(new Error(`shard ${k} ended with ${code}`))));
        }),
    ),
  );
  process.stdout.write(`Coverage of 95 % intervals, ${repetitions} repetitions, ${values.resamples} resamples each (simulated populations).\n\n`);
  process.stdout.write("| population | n | interval of | coverage | truth below | truth above | no interval |\n|---|---|---|---|---|---|---|\n");
  shards[0]?.forEach((table, t) =>
    table.rows.forEach((row, r) => {
      const sum = (key: "covered" | "below" | "above" | "none") => shards.reduce((total, shard) => total + (shard[t]?.rows[r]?.[key] ?? 0), 0);
      const given = sum("covered") + sum("below") + sum("above");
      const share = (count: number) => `${((100 * count) / given).toFixed(2)} %`;
      process.stdout.write(
        `| ${table.population} | ${table.n} | ${row.target} | ${share(sum("covered"))} | ${share(sum("below"))} | ${share(sum("above"))} | ${sum("none")} |\n`,
      );
    }),
  );
}
