/**
 * Runs the app by the unmodified remix-serve, in this process, with the two things that remix-serve leaves open: an
 * orderly stop, and a clear word when the port is taken.
 */
import http from "node:http";
import { createRequire } from "node:module";

/** How long requests under way may take to finish after a stop was asked for, in ms. */
const STOP_DEADLINE_MS = 8_000;
const IDLE_SWEEP_MS = 100;

/**
 * @param {string} root the project's folder: remix-serve serves public/ from the working directory
 * @param {string} build the server build
 */
export async function serveApp(root, build) {
  process.chdir(root);
  process.env.HOST ||= "127.0.0.1";
  process.env.PORT ||= "3000";
  const require = createRequire(import.meta.url);
  const neverServed = () => process.emit("uncaughtException", new Error("the server build did not finish loading"));
  // Modules that wait for each other in a ring end a process in silence, with exit code 0.
  process.once("beforeExit", neverServed);
  onServer((server) => {
    process.off("beforeExit", neverServed);
    const close = server.close.bind(server);
    // remix-serve passes console.error as the callback, which would print "undefined" at every orderly stop.
    server.close = () => close();
    server.once("listening", () => process.send?.({ ready: true }));
    server.once("error", (error) => process.emit("uncaughtException", error));
    for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => finish(server));
  });
  process.argv.splice(1, process.argv.length - 1, "remix-serve", build);
  require("@remix-run/serve/dist/cli.js");
}

/** remix-serve keeps its server to itself: note the first one that is made. */
function onServer(use) {
  const { createServer } = http;
  http.createServer = (...args) => {
    http.createServer = createServer;
    const server = createServer(...args);
    use(server);
    return server;
  };
}

function finish(server) {
  // Whoever still asks on a connection that is open is told (app/domain/maintenance/readiness.server.ts).
  globalThis[Symbol.for("roost.stopping")] = true;
  server.once("close", () => process.exit(0));
  setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS).unref();
  setTimeout(() => process.exit(0), STOP_DEADLINE_MS).unref();
}
