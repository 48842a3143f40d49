export function serveApp(root: string, build: string): Promise<void>;
