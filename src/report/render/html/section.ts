import { escapeHtml } from "../escape.ts";

/** One part of the page, reachable from its table of contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Markup, already escaped; empty leaves the section out. */
  readonly html: string;
}

/** A section with its heading. */
export function renderSection({ id, title, html }: Section): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeHtml(title)}</h2>\n${html}\n</section>`;
}

/** The table of contents. */
export function renderContents(sections: readonly Section[]): string {
  const links = sections.map(({ id, title }) => `<a href="#${id}">${escapeHtml(title)}</a>`);
  return `<nav aria-label="Contents">${links.join(" ")}</nav>`;
}
