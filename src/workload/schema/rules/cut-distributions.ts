/** Finds distributions wider than their field types: `openDistribution` drops what a type cannot hold. */

import { formatCount } from '../../../units.ts';
import type { FieldRule, PlainFieldRule } from '../../record-plan.ts';
import { type AvroNode, describeNode, type RecordNode } from '../reading/avro-node.ts';
import { shareWithin } from '../values/distribution.ts';
import { spanOf } from '../values/number-rule.ts';
import { placesOf, takesRule } from './rule-fit.ts';

/** Smaller cuts are not reported: most distributions have infinite tails. */
const SHARE_MIN = 0.001;

/** The cut-off parts of the fields' distributions, one sentence each. */
export function cutDistributions(root: RecordNode, rules: Readonly<Record<string, FieldRule>>): string[] {
  const places = placesOf(root);
  const warnings = Object.entries(rules).flatMap(([path, rule]) => {
    const cases = rule.switch === undefined ? [] : [...Object.values(rule.switch.cases), rule.switch.default ?? {}];
    return [rule, ...cases].flatMap((each) => places.get(path)!.flatMap((node) => cutOf(path, node, each) ?? []));
  });
  return [...new Set(warnings)];
}

function cutOf(path: string, node: AvroNode, { nulls, ...rule }: PlainFieldRule): string | undefined {
  const type = (node.kind === 'union' ? node.branches : [node]).find((branch) => takesRule(branch, rule));
  if (type === undefined || rule.distribution === undefined) return undefined;
  const share = 1 - shareWithin(rule.distribution, spanOf(type)!) / shareWithin(rule.distribution);
  if (share < SHARE_MIN) return undefined;
  const [kind] = Object.keys(rule.distribution);
  const percent = formatCount(share * 100, 1);
  return `${percent} % of the ${kind} distribution of \`${path}\` is beyond what ${describeNode(type)} holds, and does not occur`;
}
