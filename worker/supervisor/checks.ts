/** What must hold before anything starts: each check answers with one clear line. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { StartError } from "./start-error.ts";

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error));

/** @throws StartError unless files can be made in `folder`, which is made when missing */
export async function assertWritable(folder: string) {
  const probe = path.join(folder, `.writable-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
  } catch (error) {
    throw new StartError(`DATA_DIR: cannot write to ${folder} (${codeOf(error)})`);
  }
}

/**
 * @param port 0 asks for any free one
 * @returns the port
 * @throws StartError when it is taken or may not be used
 */
export async function freePort(setting: string, host: string, port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new StartError(`${setting}: ${problemOf(codeOf(error), host, port)}`)));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}

function problemOf(code: string, host: string, port: number) {
  if (code === "EADDRINUSE") return `port ${port} on ${host} is already in use`;
  return `cannot listen on ${host}:${port} (${code})`;
}
