/** A chart with what belongs to it: title, legend, the words to read it by, and the numbers behind it as a table. */
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { countOf } from '../../units.ts';

export interface LegendEntry {
  readonly label: string;
  /** Of the sample: a line's `s c0`, an area's `shade`. */
  readonly look: string;
}

export interface DataTable {
  /** The first names what a row is of; each with its unit. */
  readonly columns: readonly string[];
  /** As shown; null: nothing was measured. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Of a table over time: seconds of a row; 1 by default. */
  readonly stepSec?: number;
  /** What the table leaves out, if anything. */
  readonly note?: string;
}

interface FigureProps {
  readonly id: string;
  readonly title: string;
  readonly legend?: readonly LegendEntry[];
  /** What its entries are. */
  readonly legendTitle?: string;
  /** Two or three sentences. */
  readonly howToRead: string;
  readonly table: DataTable;
  readonly children: ComponentChildren;
}

/** Of a page that is drawn anew each second: its tables are made while they are open. */
export const IsLive = createContext(false);

export function Figure({ id, title, legend = [], legendTitle, howToRead, table, children }: FigureProps) {
  return (
    <figure id={id}>
      <figcaption>
        <h3 id={`${id}-title`}>{title}</h3>
        {legendTitle !== undefined && <span class="faint">{legendTitle}</span>}
        {legend.length > 0 && <Legend entries={legend} />}
      </figcaption>
      {children}
      <details class="how">
        <summary>How to read this</summary>
        <p>{howToRead}</p>
      </details>
      <Data title={title} table={table} />
    </figure>
  );
}

function Data({ title, table }: Pick<FigureProps, 'title' | 'table'>) {
  const [isOpen, setOpen] = useState(!useContext(IsLive));
  return (
    <details class="data" {...(useContext(IsLive) && { onToggle: (event) => setOpen(event.currentTarget.open) })}>
      <summary>
        Data table, {countOf(table.rows.length, 'row')}
        <span class="faint">{table.note === undefined ? '' : `: ${table.note}`}</span>
      </summary>
      {isOpen && (
        // What scrolls must be reached by keyboard.
        <section class="scroll" tabindex={0} aria-label={`Data of ${title}`}>
          <Table {...table} />
        </section>
      )}
    </details>
  );
}

function Legend({ entries }: { readonly entries: readonly LegendEntry[] }) {
  return (
    <ul class="legend">
      {entries.map(({ label, look }) => (
        <li key={label}>
          <svg aria-hidden="true">
            {look.startsWith('s ') ? <path d="M0 4h22" class={look} /> : <rect width="22" height="8" class={look} />}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

/** Written as text: an hour has 3,600 rows, and HTML lets cells and rows end by themselves. */
export function Table({ columns, rows, stepSec, look }: DataTable & { readonly look?: string }) {
  const head = columns.map((name) => `<th scope="col"><bdi>${escapeHtml(name)}</bdi>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}`).join('')}`).join('\n');
  // Every cell is escaped.
  return (
    <table
      class={look}
      data-step={stepSec}
      dangerouslySetInnerHTML={{ __html: `<thead><tr>${head}</thead><tbody>\n${body}</tbody>` }}
    />
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string | number | null): string {
  return text === null ? '–' : String(text).replaceAll(/[&<>"]/g, (character) => ESCAPES[character]!);
}
