/** Tables that sort by the column whose heading is pressed, and long ones that show the rows with a text. */
import { countOf } from '../../units.ts';

export function connectTables(root: ParentNode): void {
  for (const table of root.querySelectorAll<HTMLTableElement>('table.sortable')) {
    const headings = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
    headings.forEach((heading, column) => {
      if (heading.textContent?.trim() === '') return;
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener('click', () => {
        const isDescending = heading.getAttribute('aria-sort') === 'ascending';
        for (const each of headings) each.removeAttribute('aria-sort');
        heading.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
        for (const body of table.tBodies) sortRows(body, column, isDescending ? -1 : 1);
      });
    });
  }
  for (const table of root.querySelectorAll<HTMLTableElement>('table.filterable')) connectFilter(table);
}

function connectFilter(table: HTMLTableElement): void {
  const [label, input, found] = (['label', 'input', 'output'] as const).map((name) => document.createElement(name));
  const field = input as HTMLInputElement;
  field.type = 'search';
  label!.className = 'filter screen';
  label!.append('Rows with ', field, ' ', found!);
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    for (const row of rows) row.hidden = !row.textContent!.toLowerCase().includes(wanted);
    found!.textContent = wanted === '' ? '' : countOf(rows.filter(({ hidden }) => !hidden).length, 'row');
  });
  table.closest('.scroll')!.before(label!);
}

/** What is not a number comes last, whatever the direction, where the others are. */
function sortRows(body: HTMLTableSectionElement, column: number, direction: 1 | -1): void {
  const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
  keyed.sort((a, b) => {
    if (typeof a.key !== typeof b.key) return typeof a.key === 'number' ? -1 : 1;
    if (typeof a.key === 'number') return direction * (a.key - (b.key as number));
    return direction * a.key.localeCompare(b.key as string, 'en', { numeric: true });
  });
  body.append(...keyed.map(({ row }) => row));
}

/** `1,234`, `> 12.5`, `-3 %` are numbers; `data-value` says it where the text does not. */
function keyOf(cell: HTMLTableCellElement | undefined): number | string {
  const text = cell?.dataset.value ?? cell?.textContent?.trim() ?? '';
  const digits = /^[>≥<≤~]?\s*([+−-]?[\d,]*\.?\d+(?:e[+-]?\d+)?)(?![\w.])/.exec(text)?.[1];
  return digits === undefined ? text : Number(digits.replaceAll(',', '').replace('−', '-'));
}
