import { createServer } from "node:net";

/**
 * A port on 127.0.0.1 that was free a moment ago. Servers that can say which port they got should be given 0
 * instead; this is for processes that must be told.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof address !== "object" || !address) throw new Error("no port was given");
  return address.port;
}
