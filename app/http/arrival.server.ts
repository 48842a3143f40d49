/**
 * What only the Node server knows of a request (remix-serve hands Remix neither socket nor response), on its way to
 * the handlers. Filled by node-edge.server.ts; absent on platforms that call the handler directly.
 *
 * The way is a header of our own that names it: the one thing that remix-serve copies. An AsyncLocalStorage would make
 * every promise of the process dearer before Node 24 (0.1 ms a request).
 */
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Arrival {
  requestId: string;
  address: string;
  origin: string | null;
  /** With parameters by name (`/chats/:id`), once a handler has told. */
  route: string | undefined;
}

const ARRIVAL_HEADER = "x-roost-arrival";
const underWay = new Map<string, Arrival>();

/** Keeps it until the response closes. Whatever the client wrote under that name is gone. */
export function noteArrival(request: IncomingMessage, response: ServerResponse, arrival: Arrival): void {
  request.headers[ARRIVAL_HEADER] = arrival.requestId;
  underWay.set(arrival.requestId, arrival);
  response.once("close", () => underWay.delete(arrival.requestId));
}

export const arrivalOf = (request: Request): Arrival | undefined => underWay.get(request.headers.get(ARRIVAL_HEADER) ?? "");

/** Notes the route's pattern for log and metrics: ids would make a line of their own each. */
export function noteRoute(request: Request, pathname: string, params: Record<string, string | undefined>): void {
  const arrival = arrivalOf(request);
  if (!arrival) return;
  const named = new Map(Object.entries(params).map(([name, value]) => [value, name === "*" ? "*" : `:${name}`]));
  if (params["*"] !== undefined) arrival.route = "*";
  else arrival.route = pathname.split("/").map((part) => named.get(part) ?? part).join("/");
}
