/** `npm run channels`: the embedded Channels server as a process of its own, which can be replaced while its port stays open. */
import cluster from "node:cluster";
import { runPrimary } from "./primary.ts";

if (cluster.isPrimary) runPrimary();
else await import("./serve.ts");
