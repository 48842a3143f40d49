/** Fetches the servers of others that tests run, unless they are here. Run beside the lint, which needs one processor of two. */
import { soketiInstalled, soketiUnavailable } from "./soketi.ts";
import { sqldBinary } from "./sqld.ts";

await Promise.all([sqldBinary(), soketiUnavailable === null ? soketiInstalled() : null]);
