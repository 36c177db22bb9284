import type { SignalRequest } from "../model/signal.ts";
import { conversationFacts, type ConversationFacts } from "./conversation-facts.ts";
import { spelled, type Spelled } from "./edit-distance.ts";
import { fold } from "./fold.ts";
import { lower, trim, wordsOf } from "./letters.ts";
import { imageParts, roleOf, textParts } from "./message-text.ts";
import { requestTokens } from "./request-tokens.ts";
import { sampled } from "./window.ts";

/** A request as signals read it. Each text is made when it is first asked for, and once. */
export interface RequestView {
  readonly request: SignalRequest;
  /** The last user text, trimmed; what others than the user said where there is none. */
  readonly text: string;
  /** The last user text as it came. */
  readonly rawText: string;
  /** What others than the user said, then the last user text. */
  readonly contextText: string;
  /** `text` under simple case folding, at the same indices. */
  readonly folded: string;
  readonly lowered: string;
  /** At most 2048 runes of `text`, beside the mark of what is left out. */
  readonly window: string;
  readonly foldedWindow: string;
  /** The user's texts in their order, trimmed, each as `window` shows a text; one that is empty stays. */
  readonly userWindows: readonly string[];
  /** What others than the user said, trimmed. */
  readonly otherTexts: readonly string[];
  /** The different runs of letters and digits of `text`, in lower case. */
  readonly words: readonly Spelled[];
  /** An estimate for all of the request, the answer's room included. */
  readonly tokens: number;
  readonly conversation: ConversationFacts;
  /** How often patterns occur in `text` that were counted in it before. */
  readonly counts: Map<string, number>;
}

export function requestView(request: SignalRequest): RequestView {
  const texts = once(() => textsOf(request));
  const view = {
    folded: once(() => fold(texts().text)),
    lowered: once(() => lower(texts().text)),
    window: once(() => sampled(texts().text)),
    userWindows: once(() => texts().userTexts.map(sampled)),
    words: once(() => wordsOf(texts().text).map(spelled)),
    tokens: once(() => requestTokens(request, texts().contextText)),
    conversation: once(() => conversationFacts(request)),
  };
  const foldedWindow = once(() => (view.window() === texts().text ? view.folded() : fold(view.window())));
  return {
    request,
    counts: new Map(),
    get text() { return texts().text; },
    get rawText() { return texts().rawText; },
    get contextText() { return texts().contextText; },
    get folded() { return view.folded(); },
    get lowered() { return view.lowered(); },
    get window() { return view.window(); },
    get foldedWindow() { return foldedWindow(); },
    get userWindows() { return view.userWindows(); },
    get otherTexts() { return texts().otherTexts; },
    get words() { return view.words(); },
    get tokens() { return view.tokens(); },
    get conversation() { return view.conversation(); },
  };
}

const OTHERS = new Set(["assistant", "system", "developer"]);

function textsOf({ messages }: SignalRequest): Pick<RequestView, "text" | "rawText" | "contextText" | "otherTexts"> & { readonly userTexts: readonly string[] } {
  let rawText = "";
  let user = "";
  let withImage = false;
  const others: string[] = [];
  const userTexts: string[] = [];
  for (const message of messages) {
    const role = roleOf(message);
    const raw = textParts(message).join(" ").toWellFormed();
    const text = trim(raw);
    if (role === "user") {
      userTexts.push(text);
      if (raw !== "") rawText = raw;
      const image = imageParts(message) > 0;
      // An image without words leaves the words before it in their place.
      if (text !== "") [user, withImage] = [text, image];
      else if (image) withImage = true;
    } else if (OTHERS.has(role) && text !== "") others.push(text);
  }
  const said = others.join(" ");
  return { text: user === "" && !withImage ? said : user, rawText, contextText: user === "" ? said : [...others, user].join(" "), otherTexts: others, userTexts };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
