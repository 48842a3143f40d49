export function sourcesHash(root: string): string;
export function buildIsFresh(root: string, hash?: string): boolean;
export function stampBuild(root: string, hash: string): void;
export function installIsFresh(root: string): boolean;
export function stampInstall(root: string): void;
