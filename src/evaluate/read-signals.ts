import type { Prompt } from "../model/prompt.ts";
import type { SignalReadings } from "../model/signal.ts";
import { unknownReadings, type Policy, type SignalSpecs } from "../router/index.ts";

/** What reads the signals of prompts that a policy asks for; undefined where it asks for none. Nothing computes any yet: all are unknown. */
export function signalReader({ reads }: Policy): ((prompt: Prompt) => SignalReadings) | undefined {
  return reads && reader(reads);
}

function reader(specs: SignalSpecs): (prompt: Prompt) => SignalReadings {
  const unknown = unknownReadings(specs);
  return () => unknown;
}
