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

/** A gap where nothing was measured; what is alone between two gaps is a short line. */
export function Line({ points, x, y, look }: LineProps) {
  const path = line<Point>()
    .defined((point) => point.y !== null)
    .x((point) => round(x(point.x)))
    .y((point) => round(y(point.y!)))
    .digits(1);
  return <path class={`s ${look}`} d={path(reducePoints(points)) ?? ''} stroke-linecap="round" />;
}
