/** What a run's message database holds, of all runs that were written into it: at its end, or when it was written last. */
export interface MessageSummary {
  readonly file: string;
  readonly bytes: number;
  readonly messages: number;
  /** Messages by the state they are in: `sent`, `delayed`, `delivered`, `failed`. */
  readonly states: Readonly<Record<string, number>>;
  /** Neither delivered nor failed. */
  readonly active: number;
  /** Messages by carrier. */
  readonly carriers: Readonly<Record<string, number>>;
  readonly phoneNumbers: number;
  /** How often the run was started: more than once where it was taken up again. */
  readonly starts: number;
}
