/** An app that takes webhooks, gone when the test is over. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Delivery {
  headers: Record<string, string>;
  rawBody: string;
}

/** An app that takes webhooks, and answers each with the next of `statuses` (200 when there is none), or by what it says. */
export async function startWebhookApp(statuses: number[] | ((rawBody: string) => number) = []) {
  const deliveries: Delivery[] = [];
  const accepted: Delivery[] = [];
  const server = createServer((request, response) => {
    let rawBody = "";
    request.on("data", (chunk) => (rawBody += String(chunk)));
    request.on("end", () => {
      const delivery = { headers: request.headers as Record<string, string>, rawBody };
      const status = typeof statuses === "function" ? statuses(rawBody) : (statuses.shift() ?? 200);
      deliveries.push(delivery);
      if (status < 300) accepted.push(delivery);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  const names = () => accepted.flatMap(({ rawBody }) => (JSON.parse(rawBody) as { events: { name: string }[] }).events);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, deliveries, names, count: (name: string) => names().filter((event) => event.name === name).length };
}
