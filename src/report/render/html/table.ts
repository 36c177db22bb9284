import { escapeHtml } from "../escape.ts";

/** One cell: its markup, and what it sorts by where that is not its text. */
export interface Cell {
  /** Markup, already escaped. */
  readonly html: string;
  /** null is a gap: last, whichever way the table is sorted. */
  readonly value?: number | string | null;
}

/** One column of a table. */
export interface TableColumn {
  readonly head: string;
  /** Said when the head is pointed at. */
  readonly hint?: string;
  readonly number?: boolean;
}

/** A table to render. */
export interface TableParts {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly { readonly cells: readonly Cell[]; readonly className?: string }[];
  readonly className?: string;
}

/** A table whose heads are buttons; without JavaScript they only name their column. */
export function sortableTable({ caption, columns, rows, className = "" }: TableParts): string {
  const heads = columns.map(({ head, hint, number }) => {
    const title = hint === undefined ? "" : ` title="${escapeHtml(hint)}"`;
    return `<th scope="col"${number ? ' class="num"' : ""}${title}><button type="button">${escapeHtml(head)}</button></th>`;
  });
  const body = rows.map(({ cells, className: rowClass }) => {
    const tds = cells.map((cell, i) => {
      const kind = columns[i]?.number ? ' class="num"' : "";
      const value = cell.value === undefined ? "" : ` data-v="${cell.value === null ? "" : escapeHtml(String(cell.value))}"`;
      return i === 0 ? `<th scope="row"${value}>${cell.html}</th>` : `<td${kind}${value}>${cell.html}</td>`;
    });
    return `<tr${rowClass ? ` class="${rowClass}"` : ""}>${tds.join("")}</tr>`;
  });
  return [
    `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table class="sortable ${className}"><caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${heads.join("")}</tr></thead>`,
    `<tbody>\n${body.join("\n")}\n</tbody></table></div>`,
  ].join("\n");
}

/** A number over its interval. */
export function numberCell(text: string, interval: string, value: number | null | undefined): Cell {
  const below = interval === "" ? "" : `<span class="ci">${escapeHtml(interval)}</span>`;
  return { html: `${escapeHtml(text)}${below}`, value: value ?? null };
}
