/** What a reverse proxy does before several nodes, as little as that: each connection goes to the first node that takes it. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Front {
  url: string;
  stop(): Promise<void>;
}

/** @param ports of the nodes on this machine, in the order in which they are tried */
export async function startFront(ports: readonly number[]): Promise<Front> {
  const clients = new Set<Socket>();

  function forward(client: Socket, [port, ...others]: readonly number[]) {
    if (port === undefined) return client.destroy();
    const node = connect(port, "127.0.0.1");
    const refused = () => forward(client, others);
    node.once("error", refused);
    node.once("connect", () => {
      node.off("error", refused);
      // A node that dies takes its connections along: browsers ask again, and come to the next one.
      node.on("error", () => client.destroy());
      node.once("close", () => client.destroy());
      client.once("close", () => node.destroy());
      client.pipe(node).pipe(client);
    });
  }

  const server = createServer((client) => {
    clients.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => clients.delete(client));
    forward(client, ports);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
