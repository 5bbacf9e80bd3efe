/** Long series for pictures: the least and the greatest value of each bucket of time, so that no spike disappears. */

/** Of a line; more are not distinguished on a screen. */
export const POINTS_MAX = 800;

/** null: a gap. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
}

/** At most POINTS_MAX points, in order; those of a short series as they are. A bucket without a value is a gap. */
export function reducePoints(points: readonly Point[]): readonly Point[] {
  if (points.length <= POINTS_MAX) return points;
  const buckets = POINTS_MAX / 2;
  return Array.from({ length: buckets }, (_, bucket) => {
    const start = Math.floor((bucket * points.length) / buckets);
    const end = Math.floor(((bucket + 1) * points.length) / buckets);
    return extremes(points.slice(start, end));
  }).flat();
}

function extremes(points: readonly Point[]): Point[] {
  let [least, greatest]: (Point | undefined)[] = [];
  for (const point of points) {
    if (point.y === null) continue;
    if (least === undefined || point.y < least.y!) least = point;
    if (greatest === undefined || point.y > greatest.y!) greatest = point;
  }
  if (least === undefined || greatest === undefined) return points.slice(0, 1);
  if (least === greatest) return [least];
  return least.x < greatest.x ? [least, greatest] : [greatest, least];
}
