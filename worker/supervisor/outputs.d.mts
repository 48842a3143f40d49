export function letGoOfOutputs(): void;
