import type { Config } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import { parseGate, type Gate } from "../model/gate.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { EvalFlags } from "./settings.ts";

type ConfigGate = NonNullable<Config["gates"]>[number];

/** A gate of the config. Throws WrpError. */
export function gateOf(gate: ConfigGate): Gate {
  return typeof gate === "string" ? parseGate(gate) : parseGate(gate.expression, gate.policy);
}

/**
 * The gates of a run: the config's and the flags'. A blessing decides only those that need no baseline. Throws WrpError where gates
 * were asked for and there are none.
 */
export function gatesOf(flags: Pick<EvalFlags, "gate" | "gates" | "bless">, { config }: LoadedConfig): Gate[] {
  const asked = Array.isArray(flags.gate) ? flags.gate : flags.gate === true ? [true as const] : []; // alone, commander gives true itself
  for (const expression of asked)
    if (expression !== true && !/[<>=]/.test(expression))
      throw new WrpError(`--gate ${expression} is no gate`, { hint: `write --gate last, or with an expression: --gate 'quality >= baseline - 0.01'` });
  const gates = [...(flags.gates === false ? [] : (config.gates ?? []).map(gateOf)), ...asked.flatMap((expression) => (expression === true ? [] : [parseGate(expression)]))];
  if (gates.length === 0 && asked.length > 0) throw new WrpError("--gate, but there are no gates", { hint: "list gates in wrp.yaml, or give one: --gate 'quality >= 0.8'" });
  return flags.bless ? gates.filter((gate) => gate.factor === 0) : gates;
}
