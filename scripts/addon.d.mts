/** What of addon.mjs `load setup` uses. */
export class SetupError extends Error {}
export function obtainAddon(root: string, say: (line: string) => void): string;
