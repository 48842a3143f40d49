/**
 * The finished build as a platform of functions runs it: Remix's own handler without remix-serve (`BUILD`), or the function
 * that the platform's builder made (`HANDLER`), in a process that is stopped whenever it has nothing to do. `FREEZES=after-work` (the platform waits for what it was told of, as Vercel does)
 * or `at-answer` (it does not).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import http from "node:http";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

const running = new AsyncLocalStorage();
globalThis[Symbol.for("@vercel/request-context")] = { get: () => running.getStore() };

const load = (file) => import(pathToFileURL(file).href);
const serve = process.env.HANDLER ? (await load(process.env.HANDLER)).default : await remixHandler();

let requests = 0;

http
  .createServer((asked, answer) => {
    const work = [];
    requests++;
    answer.once("close", async () => {
      if (process.env.FREEZES === "after-work") await Promise.allSettled(work);
      if (--requests === 0) process.kill(process.pid, "SIGSTOP");
    });
    void running.run({ waitUntil: (promise) => work.push(promise) }, () => serve(asked, answer));
  })
  .listen(Number(process.env.PORT), "127.0.0.1", () => process.send?.("ready"));

async function remixHandler() {
  const { createRequestHandler, writeReadableStreamToWritable } = await import("@remix-run/node");
  const handle = createRequestHandler(await load(process.env.BUILD), "production");
  return async (asked, answer) => {
    const headers = new Headers(Object.entries(asked.headers).flatMap(([name, value]) => [value].flat().map((each) => [name, each])));
    const hasBody = asked.method !== "GET" && asked.method !== "HEAD";
    const response = await handle(new Request(`http://${asked.headers.host}${asked.url}`, { method: asked.method, headers, ...(hasBody && { body: Readable.toWeb(asked), duplex: "half" }) }));
    answer.writeHead(response.status, { ...Object.fromEntries(response.headers), ...(response.headers.has("set-cookie") && { "set-cookie": response.headers.getSetCookie() }) });
    if (response.body) await writeReadableStreamToWritable(response.body, answer);
    else answer.end();
  };
}
