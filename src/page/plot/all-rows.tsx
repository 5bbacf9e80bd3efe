/** A table of more rows than are read: closed at first, scrolled within the page, searched and sorted by its script. */
import { type DataTable, Table } from './figure.tsx';

interface AllRowsProps extends Pick<DataTable, 'columns' | 'rows'> {
  /** `All 500 scenarios` */
  readonly title: string;
}

export function AllRows({ title, columns, rows }: AllRowsProps) {
  return (
    <details class="all">
      <summary>{title}</summary>
      {/* What scrolls must be reached by keyboard. */}
      <section class="scroll" tabindex={0} aria-label={title}>
        <Table {...{ columns, rows }} look="sortable filterable" />
      </section>
    </details>
  );
}
