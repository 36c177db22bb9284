import type { RequestMessage } from "../model/signal.ts";

/** The texts of a message's content: one for a string, one a text part. */
export function textParts({ content }: RequestMessage): readonly string[] {
  if (content === null || content === undefined) return [];
  if (typeof content === "string") return [content];
  return content.flatMap((part) => (typeof part?.text === "string" && (part.type === "text" || part.type === "input_text") ? [part.text] : []));
}

/** How many images a message carries. */
export function imageParts({ content }: RequestMessage): number {
  return Array.isArray(content) ? content.filter((part) => part?.type === "image_url" || part?.type === "input_image").length : 0;
}

/** A message's role in lower case. */
export function roleOf(message: RequestMessage): string {
  return String(message.role ?? "").trim().toLowerCase();
}
