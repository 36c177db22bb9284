import { duration, paired, runNode, type Aim, type Figure } from "./measure.ts";

export const name = "help";
export const aim: Aim = { atMost: 2 };

const PAIRS = 15;

/** The whole process `wrp --help` against the whole process `node -e 0`, by turns. */
export async function bench(): Promise<Figure[]> {
  const both = await paired(PAIRS, () => runNode(["bin/wrp.js", "--help"]).ms, () => runNode(["-e", "0"]).ms);
  return [{ name: "wrp --help / node -e 0", ratio: both.ratio, detail: `${duration(both.a)} against ${duration(both.b)}, ${PAIRS} pairs` }];
}
