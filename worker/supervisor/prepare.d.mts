export class PrepareError extends Error {}
export function nodeProblem(version: string): string | null;
export function ensureInstall(root: string): Promise<void>;
export function ensureBuild(root: string): Promise<boolean>;
