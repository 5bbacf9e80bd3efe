/** A table of a page whose columns have titles and nothing else. */
import type { ComponentChildren } from 'preact';

interface NumberTableProps {
  readonly name: string;
  readonly columns: readonly string[];
  readonly children: ComponentChildren;
}

export function NumberTable({ name, columns, children }: NumberTableProps) {
  return (
    // What scrolls must be reached by keyboard.
    <section class="wide-table wraps" tabindex={0} aria-label={name}>
      <table>
        <thead>
          <tr>
            {columns.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
