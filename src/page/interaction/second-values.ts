/** The numbers of a second, from the data table of a figure: what a page shows and what its charts tell is the same. */

export interface SecondValues {
  /** First second of the row. */
  readonly second: number;
  /** Seconds of the row. */
  readonly length: number;
  readonly named: readonly (readonly [name: string, value: string])[];
}

/** With more columns those that are 0 are left out. */
const COLUMNS_MAX = 8;

/** @returns null where the table has no row of that second. */
export function valuesReader(svg: SVGSVGElement, figure: Element): (second: number) => SecondValues | null {
  const table = figure.querySelector('table');
  if (table === null) return () => null;
  const length = Number(table.dataset.step ?? 1);
  const names = [...table.querySelectorAll('thead th')].map((th) => th.textContent ?? '');
  const columns = svg.dataset.columns?.split(' ').map(Number) ?? names.map((_, i) => i).slice(1);
  let rows: Map<number, HTMLTableRowElement> | undefined;
  return (second) => {
    rows ??= new Map([...table.tBodies[0]!.rows].map((row) => [Number(row.cells[0]!.textContent), row]));
    const first = second - (second % length);
    const row = rows.get(first);
    if (row === undefined) return null;
    const named = columns.map((column) => [names[column]!, row.cells[column]!.textContent!.trim()] as const);
    return {
      second: first,
      length,
      named: columns.length > COLUMNS_MAX ? named.filter(([, value]) => value !== '0' && value !== '–') : named,
    };
  };
}
