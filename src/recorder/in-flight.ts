/**
 * What is known of the messages sent and not yet reported on. A message's slot is the token that librdkafka gives back
 * with its report; each lane has slots of its own, so that a stuck lane cannot take the others'.
 */
export class InFlight {
  readonly intendedNs: Float64Array;
  readonly sentNs: Float64Array;
  readonly index: Float64Array;
  readonly lane: Uint16Array;
  /** 0 warm-up, 1 load (Phase). */
  readonly phase: Uint8Array;
  /** Number among the topics of its lane; only where the result tells them apart. */
  readonly topic?: Int32Array;

  constructor(slotsPerLane: readonly number[], { perTopic = false }: { readonly perTopic?: boolean } = {}) {
    const slots = slotsPerLane.reduce((sum, n) => sum + n, 0);
    this.intendedNs = new Float64Array(slots);
    this.sentNs = new Float64Array(slots);
    this.index = new Float64Array(slots);
    this.lane = new Uint16Array(slots);
    this.phase = new Uint8Array(slots);
    if (perTopic) this.topic = new Int32Array(slots);
    let slot = 0;
    slotsPerLane.forEach((n, lane) => {
      this.lane.fill(lane, slot, slot + n);
      slot += n;
    });
  }
}
