import { raise, type Tell } from "../model/errors.ts";
import type { SignalReadings, SignalRequest, SignalSpec } from "../model/signal.ts";
import type { Findings, SignalKind, SignalOptions } from "./kind.ts";
import { authz } from "./kinds/authz.ts";
import { context } from "./kinds/context.ts";
import { conversation } from "./kinds/conversation.ts";
import { event } from "./kinds/event.ts";
import { keyword } from "./kinds/keyword.ts";
import { metadata } from "./kinds/metadata.ts";
import { structure } from "./kinds/structure.ts";
import { requestView } from "./request-view.ts";

export type { SignalOptions, SignalSpec };

/** Types of signal that can be read without a model. */
const KINDS: Readonly<Record<string, SignalKind>> = { keyword, context, structure, conversation, event, metadata, authz };

/**
 * Compiles the signals that are asked for, by type, so that each request is read with them: its texts are made once for all of them. A spec
 * that is wrong is told of and left out (by default the first one raises). Every signal of a type that needs a model is unknown.
 */
export function compileSignals(specs: ReadonlyMap<string, readonly SignalSpec[]>, options: SignalOptions & { readonly tell?: Tell } = {}): (request: SignalRequest) => SignalReadings {
  const { tell = raise, ...rest } = options;
  const readers = [...specs].flatMap(([type, some]) => (Object.hasOwn(KINDS, type) ? [(KINDS[type] as SignalKind)(some, tell, rest)] : []));
  const unknown = [...specs].flatMap(([type, some]) => (Object.hasOwn(KINDS, type) ? [] : some.map(({ name }) => `${type}:${name}`)));
  return (request) => {
    const findings: Findings = { matched: new Map(), confidences: new Map(), values: new Map(), errors: new Set(), unknown: new Set(unknown) };
    const view = requestView(request);
    for (const read of readers) read(view, findings);
    return findings;
  };
}

/** The signals' readings of one request. Compile the signals where there is more than one. */
export function readSignals(specs: ReadonlyMap<string, readonly SignalSpec[]>, request: SignalRequest, options: SignalOptions = {}): SignalReadings {
  return compileSignals(specs, options)(request);
}
