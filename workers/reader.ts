/** Piscina entry: MemberPlan → MemberMeasurement, or what a LoadError says. */
import { enableCompileCache } from '../src/compile-cache.ts';
import { LoadError, plainLoadError } from '../src/errors.ts';
import type { MemberPlan } from '../src/recorder/member-plan.ts';

enableCompileCache();

export default async (memberPlan: MemberPlan) => {
  const [{ runMember }, { loadRecords }] = await Promise.all([
    import('../src/reading/worker.ts'),
    import('../src/workload/worker-records.ts'),
  ]);
  try {
    const records = memberPlan.plan.lanes.flatMap(({ record }) => [record, ...Object.values(record.foreign ?? {})]);
    return runMember(memberPlan, await loadRecords(records));
  } catch (error) {
    if (error instanceof LoadError) return plainLoadError(error);
    throw error;
  }
};
