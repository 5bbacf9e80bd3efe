/** A table of a page whose columns have titles and nothing else. */
import type { ComponentChildren } from 'preact';

interface NumberTableProps {
  readonly name: string;
  readonly columns: readonly string[];
  /** Rows; of a table with groups of rows a `tbody` each. */
  readonly children: ComponentChildren;
  readonly hasGroups?: boolean;
  /** By the page's script, at a click on a title. */
  readonly isSortable?: boolean;
}

export function NumberTable({ name, columns, children, hasGroups, isSortable = false }: NumberTableProps) {
  return (
    // What scrolls must be reached by keyboard.
    <section class="wide-table wraps" tabindex={0} aria-label={name}>
      <table class={isSortable ? 'sortable' : undefined}>
        <thead>
          <tr>
            {columns.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {hasGroups ? children : <tbody>{children}</tbody>}
      </table>
    </section>
  );
}
