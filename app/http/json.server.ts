/** JSON with its length, which Response.json leaves out: without it the server must send chunks, and compresses even the shortest answer. */
export function json(value: unknown, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {}): Response {
  const text = JSON.stringify(value);
  return new Response(text, { status, headers: { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(text)), ...headers } });
}
