/** What a run's message database holds at its end: of all runs that were written into it. */
export interface MessageSummary {
  readonly file: string;
  readonly bytes: number;
  readonly messages: number;
  /** Messages by the state they are in. */
  readonly states: Readonly<Record<string, number>>;
  /** Neither delivered nor failed. */
  readonly active: number;
  /** Messages by carrier. */
  readonly carriers: Readonly<Record<string, number>>;
  readonly phoneNumbers: number;
  /** How often the run was started: more than once where it was taken up again. */
  readonly starts: number;
}
