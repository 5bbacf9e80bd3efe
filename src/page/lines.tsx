/** Lines of a chart over time. */
import { line } from 'd3-shape';
import { round, type Scale } from './plot.tsx';
import { type Point, reducePoints } from './reduce.ts';

interface LineProps {
  readonly points: readonly Point[];
  readonly x: Scale;
  readonly y: Scale;
  /** Classes of colour and dash: `c0`, `c1 d1`. */
  readonly look: string;
}

/** A gap where nothing was measured; what is alone between two gaps is a dot. */
export function Line({ points, x, y, look }: LineProps) {
  const path = line<Point>()
    .defined((point) => point.y !== null)
    .x((point) => round(x(point.x)))
    .y((point) => round(y(point.y!)))
    .digits(1);
  const drawn = reducePoints(points);
  const alone = drawn.filter(
    (point, i) => point.y !== null && (drawn[i - 1]?.y ?? null) === null && (drawn[i + 1]?.y ?? null) === null,
  );
  return (
    <>
      <path class={`s ${look}`} d={path(drawn) ?? ''} />
      {alone.length > 0 && (
        <path class={`s dots ${look.split(' ')[0]}`} d={alone.map((point) => path([point])).join('')} />
      )}
    </>
  );
}
