/** A table that the page's script sorts by any of its columns. */
import type { ComponentChildren } from 'preact';

export interface TableCell {
  readonly text: ComponentChildren;
  /** What it is sorted by, where that is not its text. */
  readonly value?: number | null;
  /** Words: to the left; `long` ones wrap. */
  readonly words?: 'short' | 'wrapped' | 'long';
  /** Where it stands in the JSON, by which tests and scripts find it. */
  readonly at?: string;
  readonly look?: 'ok' | 'warn' | 'bad' | 'faint';
}

interface SortableTableProps {
  /** What it is of, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly TableCell[] }[];
  /** Of many columns: titles of several lines. */
  readonly hasNarrowColumns?: boolean;
}

/** More scroll within the page. */
const ROWS_MAX = 60;

const WORDS = { none: '', short: 'left', wrapped: 'text', long: 'text long' } as const;

export function SortableTable({ label, columns, rows, hasNarrowColumns }: SortableTableProps) {
  const looks = columns.map((_, i) => WORDS[rows[0]?.cells[i]?.words ?? 'none']);
  return (
    <section
      class={`${rows.length > ROWS_MAX ? 'scroll' : 'wide-table'}${hasNarrowColumns === true ? ' narrow' : ''}`}
      tabindex={0}
      aria-label={label}
    >
      <table class="sortable">
        <thead>
          <tr>
            {columns.map((column, i) => (
              <th key={column} scope="col" class={looks[i] || undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map(({ text, value, words, look, at }, i) => (
                <td
                  key={columns[i]}
                  class={[WORDS[words ?? 'none'], look ?? ''].filter(Boolean).join(' ') || undefined}
                  data-key={at}
                  data-value={value ?? undefined}
                >
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
