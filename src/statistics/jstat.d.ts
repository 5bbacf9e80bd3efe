/** What is used of jStat, which has no types of its own: one package without dependencies, checked against scipy. */
declare module 'jstat' {
  const jstat: {
    readonly studentt: { cdf(x: number, df: number): number; inv(p: number, df: number): number };
    readonly chisquare: { cdf(x: number, df: number): number };
    readonly normal: { inv(p: number, mean: number, sd: number): number };
    readonly binomial: { cdf(k: number, n: number, p: number): number };
    median(values: readonly number[]): number;
  };
  export default jstat;
}
