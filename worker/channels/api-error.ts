/** A request that the HTTP API refuses, with the status that Pusher documents for it and a line for the caller. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}
