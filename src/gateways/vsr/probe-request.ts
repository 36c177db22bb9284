import { WrpError, type Place } from "../../model/errors.ts";
import type { RequestMessage, SignalRequest } from "../../model/signal.ts";
import type { VariantShape } from "./probe-shape.ts";

/** Upstream's bound of a request. */
const MOST_BYTES = 10 << 20;

type PlaceOf = (...path: readonly PropertyKey[]) => Place;

/** The request that a probe means: its text repeated and padded, or its messages with images and generated text put in. Throws WrpError. */
export function probeRequest(variant: VariantShape, images: ReadonlySet<string>, placeOf: PlaceOf): SignalRequest {
  const { query, messages, tools } = variant;
  if ((query !== "") === messages.length > 0) throw new WrpError("a probe has either a query or messages", { place: placeOf(), code: "bad-probe" });
  return {
    messages: query === "" ? chatOf(variant, images, placeOf) : [{ role: "user", content: textOf(variant, placeOf) }],
    metadata: {},
    user: null,
    groups: [],
    tools,
    toolChoice: null,
    responseFormat: null,
    maxTokens: null,
    maxCompletionTokens: null,
    unknown: new Set(),
  };
}

function textOf({ query, repeat, padding }: VariantShape, placeOf: PlaceOf): string {
  const bytes = (query.length + 1) * repeat + (padding ? (padding.text.length + 1) * padding.repeat : 0);
  if (bytes > MOST_BYTES) throw new WrpError(`a probe of ${bytes} bytes (at most ${MOST_BYTES})`, { place: placeOf(), code: "bad-probe" });
  const asked = Array.from({ length: repeat }, () => query).join("\n");
  if (!padding) return asked;
  const lines = Array.from({ length: padding.repeat }, () => padding.text);
  const before = padding.placement === "before" ? lines.length : padding.placement === "after" ? 0 : Math.floor(lines.length / 2);
  return [...lines.slice(0, before), asked, ...lines.slice(before)].filter((part) => part !== "").join("\n");
}

type Part = { readonly type: string; readonly text?: string; readonly fixture?: unknown };

function chatOf({ messages, generated_text: generated }: VariantShape, images: ReadonlySet<string>, placeOf: PlaceOf): RequestMessage[] {
  const chat = messages.map((message, m): RequestMessage => {
    const { content } = message;
    if (content !== undefined && content !== null && typeof content !== "string" && !Array.isArray(content)) throw new WrpError("content must be a text or a list of parts", { place: placeOf("messages", m, "content"), code: "bad-probe" });
    const parts = Array.isArray(content) ? content.map((part: Part, p) => imageOr(part, images, placeOf("messages", m, "content", p))) : ((content ?? null) as string | null);
    return { ...message, role: String(message["role"] ?? ""), content: parts };
  });
  if (!generated) return chat;
  const { message_index: m, content_index: at, target_text_bytes: target, character } = generated;
  const content = chat[m]?.content;
  if (!Array.isArray(content)) throw new WrpError("generated_text needs a message whose content is a list of parts", { place: placeOf("generated_text"), code: "bad-probe" });
  const held = content.reduce((sum: number, part: Part) => sum + Buffer.byteLength(part.text ?? ""), 0);
  if (target <= held || target > MOST_BYTES) throw new WrpError(`target_text_bytes must be more than the ${held} that are there, and at most ${MOST_BYTES}`, { place: placeOf("generated_text"), code: "bad-probe" });
  const filled = content.toSpliced(at, 0, { type: "text", text: character.repeat(target - held) });
  return chat.with(m, { ...(chat[m] as RequestMessage), content: filled });
}

/** An image by its fixture's name: signals count images, and look into none. */
function imageOr(part: Part, images: ReadonlySet<string>, place: Place): Part {
  if (part?.type !== "image_fixture") return part;
  if (!images.has(String(part.fixture))) throw new WrpError(`unknown image fixture "${String(part.fixture)}"`, { place, code: "bad-probe", hint: `fixtures: ${[...images].join(", ") || "none"}` });
  return { type: "image_url" };
}
