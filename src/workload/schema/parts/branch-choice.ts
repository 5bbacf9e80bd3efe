/** Which branch of a union a value is. */
import { type Draws, openChoices } from '../values/draws.ts';
import type { LeafPlace } from '../values/leaf.ts';

/**
 * @param values how many branches there are beside null, all equally likely.
 * @param nulls what a rule says of null: met exactly over a pool.
 * @param share of null, by the rule or without one.
 * @returns the number of the branch by draw; null is behind the others.
 */
export function chooseBranch(
  draws: Draws,
  { path, exact }: LeafPlace,
  { values, nulls, share }: { readonly values: number; readonly nulls: number | undefined; readonly share: number },
): (draw: number) => number {
  if (nulls !== undefined && share > 0 && share < 1) {
    const choices = openChoices(draws, { value: 1 - share, null: share }, path, exact);
    return (draw) => {
      const choice = choices.choose(draw);
      return choice === 1 ? values : Math.floor(choices.within(0, draw) * values);
    };
  }
  const rng = draws.rng(path, 'branch');
  if (share === 0) return values === 1 ? () => 0 : (draw) => rng.below(draw, values);
  return (draw) => {
    const unit = rng.uniform(draw);
    return unit < share ? values : Math.floor(((unit - share) / (1 - share)) * values);
  };
}
