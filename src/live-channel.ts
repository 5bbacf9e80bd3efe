/** How a run of an experiment knows that its parent serves a live page: it then also sends what that shows. */
export const LIVE_VARIABLE = 'LOAD_LIVE_EVENTS';
