/** Request bodies, bounded before they are understood. Whatever bytes come, the answer is a value or a BodyError. */

export class BodyError extends Error {
  override name = "BodyError";
  constructor(readonly status: 400 | 413 | 415) {
    super(`body refused with ${status}`);
  }
}

/** A form of text: 20,000 characters of up to 4 bytes, percent-encoded threefold, and room for the other fields. */
export const MAX_FORM_BYTES = 256 * 1024;
export const MAX_JSON_BYTES = 128 * 1024;

/**
 * The whole body.
 * @param maxBytes more than this is refused while reading, whatever Content-Length claims
 * @throws BodyError 413 when too long, 400 when it breaks off
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw new BodyError(413);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read().catch(() => {
      throw new BodyError(400);
    });
    if (done) break;
    length += value.byteLength;
    if (length <= maxBytes) chunks.push(value);
    else throw new BodyError(413);
  }
  return joined(chunks, length);
}

function joined(chunks: Uint8Array[], length: number) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** A form's fields: a name that came several times holds a list. Files are left out: no form here takes any. */
export type Fields = Record<string, string | string[]>;

/**
 * Reads an urlencoded or multipart form.
 * @throws BodyError 415 for another content type, 400 for a malformed multipart body
 */
export async function readForm(request: Request, maxBytes = MAX_FORM_BYTES): Promise<Fields> {
  const contentType = request.headers.get("content-type") ?? "";
  const kind = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (kind !== "application/x-www-form-urlencoded" && kind !== "multipart/form-data") throw new BodyError(415);
  const bytes = await readBody(request, maxBytes);
  const entries = kind === "multipart/form-data" ? await multipartEntries(bytes, contentType) : new URLSearchParams(new TextDecoder().decode(bytes));
  const fields = new Map<string, string[]>();
  for (const [name, value] of entries) if (typeof value === "string") fields.set(name, [...(fields.get(name) ?? []), value]);
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]));
}

async function multipartEntries(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "Content-Type": contentType } }).formData();
  } catch (error) {
    if (error instanceof TypeError) throw new BodyError(400);
    throw error;
  }
}

/**
 * Reads JSON.
 * @throws BodyError 415 for another content type, 400 for malformed JSON or text that is not UTF-8
 */
export async function readJson(request: Request, maxBytes = MAX_JSON_BYTES): Promise<unknown> {
  if ((request.headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase() !== "application/json") throw new BodyError(415);
  const bytes = await readBody(request, maxBytes);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw new BodyError(400);
    throw error;
  }
}
