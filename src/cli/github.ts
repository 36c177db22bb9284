/** Where and under which title GitHub shows a message. */
export interface AnnotationPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly title?: string;
}

/** A workflow command that GitHub Actions turns into an annotation, one line. Source: docs.github.com, "Workflow commands". */
export function annotation(level: "error" | "warning" | "notice", message: string, { file, line, column, title }: AnnotationPlace = {}): string {
  const properties = Object.entries({ file, line, col: column, title }).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`]));
  return `::${level}${properties.length > 0 ? ` ${properties.join(",")}` : ""}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
