export class ProgramsUnavailable extends Error {}
export function obtainPrograms(print: (line: string) => void): string;
