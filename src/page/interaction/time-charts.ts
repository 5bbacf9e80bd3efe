/**
 * Crosshair and zoom of the charts over time: all of a page show the same second and the same stretch of time. What they
 * tell of a second is read from the data table of their figure.
 *
 *     div.pickable         in the place of svg.plot
 *     ├ svg.plot
 *     └ div.pick           over its area: takes pointer and keyboard
 *       ├ div.cross        at the second
 *       ├ div.selection    while it is dragged
 *       └ div.tip
 */
import { formatClock } from '../../figures.ts';
import { NS_PER_SEC } from '../../units.ts';
import { timeTicks } from '../plot/time-ticks.ts';
import { type SecondValues, valuesReader } from './second-values.ts';

interface TimeChart {
  readonly svg: SVGSVGElement;
  readonly full: Stretch;
  readonly pick: HTMLElement;
  readonly cross: HTMLElement;
  readonly selection: HTMLElement;
  readonly tip: HTMLElement;
  readonly reset: HTMLButtonElement;
  readonly valuesAt: (second: number) => SecondValues | null;
}

/** Seconds since the start. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Less is not worth a picture. */
const STRETCH_MIN_SEC = 2;
const DRAG_MIN_PX = 8;

const HINT =
  'Point at a chart for the numbers of a second. Drag to zoom. With the keyboard: arrow keys and Shift, + and −, 0 shows all.';

export function connectTimeCharts(root: ParentNode): void {
  const svgs = [...root.querySelectorAll<SVGSVGElement>('svg.plot[data-to]')];
  if (svgs.length === 0) return;
  const charts = svgs.map(prepare);
  /** null: the whole of each chart. */
  let zoom: Stretch | null = null;
  const shownBy = ({ full }: TimeChart) => zoom ?? full;

  function show(second: number | null): void {
    for (const chart of charts) showSecond(chart, shownBy(chart), second);
  }
  function setZoom(stretch: Stretch | null): void {
    zoom = stretch;
    for (const chart of charts) drawStretch(chart, shownBy(chart), zoom !== null);
  }
  for (const chart of charts) {
    let second: number | null = null;
    let dragFromPx: number | null = null;
    const { pick, selection } = chart;
    const share = (event: PointerEvent) => {
      const { left, width } = pick.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - left) / width));
    };
    const secondAt = (part: number) => shownBy(chart).from + part * (shownBy(chart).to - shownBy(chart).from);
    const point = (to: number | null) => {
      second = to;
      show(to);
    };
    pick.addEventListener('pointermove', (event) => {
      point(Math.min(Math.floor(secondAt(share(event))), Math.ceil(chart.full.to) - 1));
      if (dragFromPx !== null) place(selection, dragFromPx, event.clientX, pick);
    });
    pick.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      dragFromPx = event.clientX;
      pick.setPointerCapture(event.pointerId);
    });
    pick.addEventListener('pointerup', (event) => {
      if (dragFromPx !== null && Math.abs(event.clientX - dragFromPx) >= DRAG_MIN_PX) {
        const { left, width } = pick.getBoundingClientRect();
        const [a, b] = [secondAt((dragFromPx - left) / width), secondAt(share(event))];
        setZoom(within({ from: Math.min(a, b), to: Math.max(a, b) }, chart.full));
        point(null);
      }
      dragFromPx = null;
      selection.hidden = true;
    });
    pick.addEventListener('pointercancel', () => {
      dragFromPx = null;
      selection.hidden = true;
    });
    pick.addEventListener('pointerleave', () => dragFromPx === null && point(null));
    pick.addEventListener('dblclick', () => setZoom(null));
    pick.addEventListener('focus', () => pick.matches(':focus-visible') && point(Math.ceil(shownBy(chart).from)));
    pick.addEventListener('blur', () => point(null));
    pick.addEventListener('keydown', (event) => {
      const shown = shownBy(chart);
      const to = keyTarget(event, second ?? Math.ceil(shown.from), chart.full);
      const zoomed = keyZoom(event.key, shown, second ?? (shown.from + shown.to) / 2, chart.full);
      if (to === undefined && zoomed === undefined) return;
      event.preventDefault();
      if (zoomed !== undefined) setZoom(zoomed);
      else if (zoom !== null && (to! < zoom.from || to! >= zoom.to))
        setZoom(around(to!, zoom.to - zoom.from, chart.full));
      point(to ?? second);
    });
    chart.reset.addEventListener('click', () => {
      setZoom(null);
      pick.focus();
    });
  }
  const hint = element('p', 'faint screen');
  hint.textContent = HINT;
  svgs[0]!.closest('figure')?.before(hint);
}

function prepare(svg: SVGSVGElement): TimeChart {
  const figure = svg.closest('figure')!;
  const wrapper = element('div', 'pickable');
  svg.before(wrapper);
  const full = { from: Number(svg.dataset.from), to: Number(svg.dataset.to) };
  const pick = element('div', 'pick');
  const area = svg.querySelector('svg.area')!;
  pick.style.top = `${area.getAttribute('y')}px`;
  pick.style.height = `${area.getAttribute('height')}px`;
  pick.tabIndex = 0;
  pick.setAttribute('role', 'slider');
  pick.setAttribute('aria-label', `Second of ${nameOf(svg)}`);
  pick.setAttribute('aria-valuemin', String(full.from));
  pick.setAttribute('aria-valuemax', String(Math.max(full.from, Math.ceil(full.to) - 1)));
  pick.setAttribute('aria-valuenow', String(full.from));
  const [cross, selection, tip] = ['cross', 'selection', 'tip'].map((name) => element('div', name)) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ];
  for (const each of [cross, selection, tip]) each.hidden = true;
  pick.append(cross, selection, tip);
  wrapper.append(svg, pick);
  return { svg, full, pick, cross, selection, tip, reset: resetButton(wrapper), valuesAt: valuesReader(svg, figure) };
}

function nameOf(svg: SVGSVGElement): string {
  const title = document.getElementById(svg.getAttribute('aria-labelledby') ?? '')?.textContent ?? '';
  return `${title}, ${svg.querySelector('text.title')?.textContent ?? ''}`;
}

function resetButton(wrapper: Element): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'reset screen';
  button.textContent = 'Reset zoom';
  button.hidden = true;
  wrapper.append(button);
  return button;
}

function showSecond({ cross, tip, pick, valuesAt }: TimeChart, { from, to }: Stretch, second: number | null): void {
  const values = second === null || second < from - 1 || second >= to ? null : valuesAt(second);
  cross.hidden = tip.hidden = values === null;
  if (values === null) return;
  const part = Math.min(1, Math.max(0, (values.second + values.length / 2 - from) / (to - from)));
  cross.style.left = `${100 * part}%`;
  tip.style.left = part < 0.5 ? `calc(${100 * part}% + 10px)` : '';
  tip.style.right = part < 0.5 ? '' : `calc(${100 * (1 - part)}% + 10px)`;
  const lines = [formatClock(values.second * NS_PER_SEC), ...values.named.map(([name, value]) => `${name}: ${value}`)];
  tip.replaceChildren(
    ...lines.map((line) => {
      const each = element('div', '');
      each.dir = 'auto';
      each.textContent = line;
      return each;
    }),
  );
  pick.setAttribute('aria-valuenow', String(values.second));
  pick.setAttribute('aria-valuetext', lines.join(', '));
}

/** Lines are stretched; ticks and labels are placed anew. */
function drawStretch({ svg, full, reset }: TimeChart, { from, to }: Stretch, isZoomed: boolean): void {
  reset.hidden = !isZoomed;
  const stretch = svg.querySelector('svg.stretch')!;
  const [, , , height] = stretch.getAttribute('viewBox')!.split(' ');
  const units = X_UNITS / (full.to - full.from);
  stretch.setAttribute('viewBox', `${(from - full.from) * units} 0 ${(to - from) * units} ${height}`);
  const percent = (second: number) => `${(100 * (second - from)) / (to - from)}%`;
  const group = svg.querySelector('g.x')!;
  const ticks = [...group.querySelectorAll('g')];
  const template = ticks[0]!;
  const drawn = timeTicks(from, to).map((second, i) => {
    const tick = template.cloneNode(true) as SVGGElement;
    tick.setAttribute('class', i % 2 === 1 ? 'odd' : '');
    const [line, text] = [tick.querySelector('line')!, tick.querySelector('text')!];
    line.setAttribute('x1', percent(second));
    line.setAttribute('x2', percent(second));
    text.setAttribute('x', percent(second));
    text.textContent = formatClock(second * NS_PER_SEC);
    return tick;
  });
  group.prepend(...drawn);
  for (const tick of ticks) tick.remove();
  for (const mark of svg.querySelectorAll<SVGElement>('[data-at]')) {
    const at = Number(mark.dataset.at);
    mark.setAttribute('x', percent(at));
    mark.setAttribute('visibility', at < from || at > to ? 'hidden' : 'visible');
  }
}

/** As in plot.tsx, which is not loaded here. */
const X_UNITS = 1_000;

function keyTarget({ key, shiftKey }: KeyboardEvent, second: number, full: Stretch): number | undefined {
  const last = Math.ceil(full.to) - 1;
  const step = shiftKey ? 10 : 1;
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: second - step,
    ArrowDown: second - step,
    ArrowRight: second + step,
    ArrowUp: second + step,
    Home: full.from,
    End: last,
  };
  const target = targets[key];
  return target === undefined ? undefined : Math.max(full.from, Math.min(last, target));
}

function keyZoom(key: string, shown: Stretch, center: number, full: Stretch): Stretch | null | undefined {
  const length = shown.to - shown.from;
  if (key === '0' || key === 'Escape') return null;
  if (key === '+' || key === '=') return around(center, length / 2, full);
  if (key !== '-' && key !== '−') return undefined;
  return length * 2 >= full.to - full.from ? null : around(center, length * 2, full);
}

function around(center: number, length: number, full: Stretch): Stretch | null {
  return within({ from: center - length / 2, to: center + length / 2 }, full);
}

/** Of the same length where there is room for it; null: the whole. */
function within({ from, to }: Stretch, full: Stretch): Stretch | null {
  const whole = full.to - full.from;
  const length = Math.max(STRETCH_MIN_SEC, to - from);
  if (length >= whole) return null;
  const start = Math.max(full.from, Math.min(from, full.to - length));
  return { from: start, to: start + length };
}

function place(selection: HTMLElement, aPx: number, bPx: number, pick: HTMLElement): void {
  const { left, width } = pick.getBoundingClientRect();
  const [from, to] = [Math.max(0, Math.min(aPx, bPx) - left), Math.min(width, Math.max(aPx, bPx) - left)];
  selection.hidden = false;
  selection.style.left = `${from}px`;
  selection.style.width = `${to - from}px`;
}

function element(name: 'div' | 'p', className: string): HTMLElement {
  const created = document.createElement(name);
  created.className = className;
  return created;
}
