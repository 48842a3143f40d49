/** Connections by the user they are signed in as: `#server-to-user-ID` and `terminate_connections`. */
import { sameText, userAuth } from "./credentials.ts";
import type { AppCredentials } from "./credentials.ts";
import type { Connection } from "./connection.ts";
import { CLOSE, internalFrame, isObject, messageFrame, parseJson } from "./frames.ts";
import { MAX_USER_DATA_BYTES } from "./limits.ts";
import { isUserId, userChannel } from "./names.ts";

export class UserDirectory {
  readonly #connections = new Map<string, Set<Connection>>();

  constructor(private readonly app: AppCredentials) {}

  /**
   * `pusher:signin`. From the moment this returns, events to the user reach the connection.
   * What is not signed by the app closes it with 4009, as on the real service.
   */
  signIn(connection: Connection, data: unknown): void {
    if (!isObject(data) || typeof data["auth"] !== "string" || typeof data["user_data"] !== "string")
      return connection.end(CLOSE.unauthorised, "Connection is unauthorized: auth and user_data are required to sign in");
    const userData = data["user_data"];
    if (!sameText(data["auth"], userAuth(this.app, connection.socketId, userData)))
      return connection.end(CLOSE.unauthorised, "Connection is unauthorized: the signature is invalid");
    const user = Buffer.byteLength(userData) <= MAX_USER_DATA_BYTES ? parseJson(userData) : undefined;
    if (!isObject(user) || !isUserId(user["id"]))
      return connection.end(CLOSE.unauthorised, "Connection is unauthorized: user_data has no valid id");
    if (connection.user && connection.user.id !== user["id"])
      return connection.refuse("The connection is already signed in as another user");
    connection.user = { id: user["id"], info: user["user_info"] };
    const connections = this.#connections.get(user["id"]) ?? new Set();
    this.#connections.set(user["id"], connections.add(connection));
    connection.send(internalFrame("pusher:signin_success", { user_data: userData }));
  }

  publish(userId: string, event: string, data: string, exceptSocketId?: string): void {
    const connections = this.#connections.get(userId);
    if (!connections) return;
    const frame = messageFrame({ event, channel: userChannel(userId), data });
    for (const connection of connections) if (connection.socketId !== exceptSocketId) connection.send(frame);
  }

  terminate(userId: string): void {
    for (const connection of [...(this.#connections.get(userId) ?? [])])
      connection.end(CLOSE.unauthorised, "You got disconnected by the app.");
  }

  leave(connection: Connection): void {
    if (!connection.user) return;
    const connections = this.#connections.get(connection.user.id);
    connections?.delete(connection);
    if (connections?.size === 0) this.#connections.delete(connection.user.id);
  }
}
