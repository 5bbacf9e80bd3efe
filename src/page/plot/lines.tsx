/** Lines of a chart over time. */
import { line } from 'd3-shape';
import type { Scale } from './plot.tsx';
import { type Point, reducePoints } from './reduce.ts';

interface LineProps {
  readonly points: readonly Point[];
  readonly x: Scale;
  readonly y: Scale;
  /** Classes of colour and dash: `c0`, `c1 d1`. */
  readonly look: string;
}

/** Tenths of a px: less is seen by nobody. */
const PER_PX = 10;

/** From here on lines are thinner, so that one does not hide the others. */
const DENSE_MIN = 250;

/** A gap where nothing was measured; what is alone between two gaps is a dot. */
export function Line({ points, x, y, look }: LineProps) {
  const drawn = reducePoints(points);
  const alone = drawn.filter(
    (point, i) => point.y !== null && (drawn[i - 1]?.y ?? null) === null && (drawn[i + 1]?.y ?? null) === null,
  );
  return (
    <g transform={`scale(${1 / PER_PX})`}>
      <path class={`s ${look}${drawn.length > DENSE_MIN ? ' dense' : ''}`} d={pathOf(drawn, x, y)} />
      {alone.length > 0 && (
        <path
          class={`s dots ${look.split(' ')[0]}`}
          d={alone.map((point) => `${pathOf([point], x, y).replace('Z', '')}h0`).join('')}
        />
      )}
    </g>
  );
}

function pathOf(points: readonly Point[], x: Scale, y: Scale): string {
  const path = new RelativePath();
  line<Point>()
    .defined((point) => point.y !== null)
    .x((point) => Math.round(x(point.x) * PER_PX))
    .y((point) => Math.round(y(point.y!) * PER_PX))
    .context(path as unknown as CanvasRenderingContext2D)(points);
  return path.text;
}

/** What d3 draws on, as a path of whole numbers, each relative to the one before: half as long as d3's own. */
class RelativePath {
  text = '';
  #x = 0;
  #y = 0;
  #isLine = false;

  moveTo(x: number, y: number): void {
    this.text += `M${x} ${y}`;
    this.#isLine = false;
    this.#to(x, y);
  }

  lineTo(x: number, y: number): void {
    const [dx, dy] = [x - this.#x, y - this.#y];
    const separator = this.#isLine ? (dx < 0 ? '' : ' ') : 'l';
    this.text += `${separator}${dx}${dy < 0 ? '' : ' '}${dy}`;
    this.#isLine = true;
    this.#to(x, y);
  }

  closePath(): void {
    this.text += 'Z';
  }

  #to(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
  }
}
