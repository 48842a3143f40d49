/** `npm run scaled-out`: two nodes, a primary with a replica, and soketi, until Ctrl-C. For looking and for killing things. */
import { DEMO_PASSWORD } from "./http.ts";
import { startScaledOut, type ScaledOut } from "./scaled-out.ts";
import { soketiUnavailable } from "./soketi.ts";

if (soketiUnavailable) {
  console.error(soketiUnavailable);
  process.exit(1);
}

let stopping = false;
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      // The second one does not wait: what still runs is killed when this process ends.
      if (stopping) process.exit(1);
      stopping = true;
      resolve();
    });
});

console.log("Starting (a first time it builds and fetches the servers) …");
const house = await startScaledOut().catch((error: unknown) => {
  // Ctrl-C on a terminal reaches what is just starting, too.
  if (stopping) process.exit(1);
  throw error;
});
describe(house);
await interrupted;
console.log("\nStopping …");
await house.stop();
process.exit(0);

function describe({ nodes, primary, replica }: ScaledOut): void {
  for (const [index, { url, front, app, relay }] of nodes.entries())
    console.log(`node ${index + 1}   ${url} (app ${app.pid}, relay ${relay.pid}); by ${front.url} the other one takes over when it dies`);
  console.log(`primary  ${primary.url}\nreplica  ${replica.url}`);
  console.log(`sign in  parent@roost.test, other@roost.test, admin@roost.test; password ${DEMO_PASSWORD}`);
  console.log("Kill what you like (kill -9 PID). Ctrl-C ends all.");
}
