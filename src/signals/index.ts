import { contentHash } from "../lib/hash.ts";
import { raise, type Tell } from "../model/errors.ts";
import type { SignalModels } from "../model/signal-models.ts";
import type { SignalReadings, SignalRequest, SignalSpec, SignalSpecs } from "../model/signal.ts";
import type { Findings, LearnedKind, LearnedReader, Reader, SignalKind } from "./kind.ts";
import { authz } from "./kinds/authz.ts";
import { context } from "./kinds/context.ts";
import { conversation } from "./kinds/conversation.ts";
import { event } from "./kinds/event.ts";
import { keyword } from "./kinds/keyword.ts";
import { metadata } from "./kinds/metadata.ts";
import { modality } from "./kinds/modality.ts";
import { reask as turns } from "./kinds/reask.ts";
import { structure } from "./kinds/structure.ts";
import { userFeedback as feedback } from "./kinds/user-feedback.ts";
import { classifier } from "./learned/classifier.ts";
import { complexity } from "./learned/complexity.ts";
import { domain } from "./learned/domain.ts";
import { embedding } from "./learned/embedding.ts";
import { factCheck } from "./learned/fact-check.ts";
import { jailbreak } from "./learned/jailbreak.ts";
import { kb } from "./learned/kb.ts";
import { keyword as bm25Keyword } from "./learned/keyword.ts";
import { language } from "./learned/language.ts";
import { modality as byModel } from "./learned/modality.ts";
import { pii } from "./learned/pii.ts";
import { preference } from "./learned/preference.ts";
import { reask } from "./learned/reask.ts";
import { userFeedback } from "./learned/user-feedback.ts";
import { readsHistory, withoutHistory } from "./history.ts";
import { requestView, type RequestView } from "./request-view.ts";

export type { SignalSpec };

/** Types of signal that can be read without a model. */
const KINDS: Readonly<Record<string, SignalKind>> = { keyword, context, structure, conversation, event, metadata, authz, modality, reask: turns, user_feedback: feedback };

/** Types, or parts of types, that are read where a model is given. */
const LEARNED: Readonly<Record<string, LearnedKind>> = { embedding, complexity, preference, reask, jailbreak, domain, fact_check: factCheck, user_feedback: userFeedback, kb, classifier, modality: byModel, pii, language, keyword: bm25Keyword };

interface Options {
  readonly tell?: Tell;
}

/** The signals of one type, compiled. Before its learned part is read, what that may find is unknown. */
interface Group {
  readonly type: string;
  readonly read: Reader;
  readonly learned: LearnedReader | null;
  /** `type:name` of those that read what came before the user's last text. */
  readonly ofHistory: readonly string[];
}

/**
 * Compiles the signals that are asked for, by type, so that each request is read with them: its texts are made once for all of them. A spec
 * that is wrong is told of and left out (by default the first one raises). Every signal that needs a model is unknown.
 */
export function compileSignals(specs: SignalSpecs, options: Options = {}): (request: SignalRequest) => SignalReadings {
  const groups = [...specs].map(([type, some]) => groupOf(type, some, options, null));
  return (request) => {
    const view = requestView(request);
    const findings = newFindings();
    for (const { read, ofHistory } of groups) {
      read(view, findings);
      withoutHistory(view, ofHistory, findings);
    }
    return findings;
  };
}

/** The signals' readings of one request. Compile the signals where there is more than one. */
export function readSignals(specs: SignalSpecs, request: SignalRequest): SignalReadings {
  return compileSignals(specs)(request);
}

/** What reads several sets of signals of the same requests. */
export interface SharedReader {
  /** Readings by set, then by request. */
  read(requests: readonly SignalRequest[]): Promise<readonly (readonly SignalReadings[])[]>;
  /** By set: the types of which something is read by wrp's own model or method, in place of the router's. */
  readonly surrogates: readonly (readonly string[])[];
}

/**
 * Compiles several sets of signals (each policy has one) to be read together: what sets have in common, type by type, is read once, learned
 * signals for all requests at a time. Throws as `compileSignals` does.
 */
export function shareSignals(sets: readonly SignalSpecs[], models: SignalModels | null, options: Options = {}): SharedReader {
  const groups = new Map<string, Group>();
  const keysOf = sets.map((specs) => [...specs].map(([type, some]) => {
    const key = contentHash(JSON.stringify([type, some.map(({ name, fields, settings }) => [name, fields, settings])]));
    if (!groups.has(key)) groups.set(key, groupOf(type, some, options, models));
    return key;
  }));
  return {
    surrogates: keysOf.map((keys) => keys.flatMap((key) => (groups.get(key)?.learned?.surrogate ? [(groups.get(key) as Group).type] : []))),
    async read(requests) {
      const views = requests.map(keptView);
      const found = new Map<string, readonly Findings[]>();
      for (const [key, group] of groups) found.set(key, await readGroup(group, views));
      return keysOf.map((keys) => requests.map((_, i) => joined(keys.map((key) => (found.get(key) as readonly Findings[])[i] as Findings))));
    },
  };
}

/** Of requests that somebody keeps. */
const viewsOf = new WeakMap<SignalRequest, RequestView>();

function keptView(request: SignalRequest): RequestView {
  const view = viewsOf.get(request) ?? requestView(request);
  viewsOf.set(request, view);
  return view;
}

async function readGroup({ read, learned, ofHistory }: Group, views: readonly RequestView[]): Promise<readonly Findings[]> {
  const findings = views.map(newFindings);
  for (const [i, view] of views.entries()) read(view, findings[i] as Findings);
  await learned?.read(views, findings);
  for (const [i, view] of views.entries()) withoutHistory(view, ofHistory, findings[i] as Findings);
  return findings;
}

function groupOf(type: string, specs: readonly SignalSpec[], { tell = raise }: Options, models: SignalModels | null): Group {
  const kind = Object.hasOwn(KINDS, type) ? (KINDS[type] as SignalKind)(specs, tell) : null;
  const unknown = kind ? [] : specs.map(({ name }) => `${type}:${name}`);
  const read = kind ?? ((_view, findings) => unknown.forEach((key) => findings.unknown.add(key)));
  const learned = models && Object.hasOwn(LEARNED, type) ? (LEARNED[type] as LearnedKind)(specs, tell, models) : null;
  return { type, read, learned, ofHistory: readsHistory(type, specs) };
}

function newFindings(): Findings {
  return { matched: new Map(), confidences: new Map(), values: new Map(), errors: new Set(), unknown: new Set() };
}

/** Readings of different types of signal of one request, as one. */
export function joined(parts: readonly SignalReadings[]): SignalReadings {
  if (parts.length === 1) return parts[0] as SignalReadings;
  const all = newFindings();
  for (const { matched, confidences, values, errors, unknown } of parts) {
    for (const [type, names] of matched) all.matched.set(type, [...names]);
    for (const [key, value] of confidences) all.confidences.set(key, value);
    for (const [key, value] of values) all.values.set(key, value);
    for (const key of errors) all.errors.add(key);
    for (const key of unknown) all.unknown.add(key);
  }
  return all;
}
