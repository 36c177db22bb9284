/** Where in the repository an annotation stands, and what it is headed by. Lines and columns are 1-based. */
export interface AnnotationPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly title?: string;
}

/**
 * A GitHub Actions workflow command that annotates a place: `::error file=a.ts,line=3,col=5::what is wrong`, without the newline that
 * has to follow it (docs.github.com, workflow commands; escaping as actions/toolkit, packages/core/src/command.ts).
 */
export function annotation(level: "error" | "warning" | "notice", message: string, { file, line, column, title }: AnnotationPlace = {}): string {
  const properties = Object.entries({ file, line, col: column, title }).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${property(String(value))}`]));
  return `::${level}${properties.length > 0 ? ` ${properties.join(",")}` : ""}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
