/** Renders documents and looks after what leaves: headers, and errors that nobody expected. */
import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { createReadableStreamFromReadable, type EntryContext } from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { I18nextProvider } from "react-i18next";
import { NonceContext } from "#app/components/nonce.ts";
import { installNodeEdge } from "#app/http/node-edge.server.ts";
import { ownerHeader } from "#app/http/page-owner.server.ts";
import { hashOf, keptNonce, tagOf } from "#app/http/page-tag.server.ts";
import { stateOf } from "#app/http/request-state.server.ts";
import { addMissing, BARE_POLICY, baseHeaders, pagePolicy } from "#app/http/security-headers.server.ts";
import { startOrExit } from "#app/http/services.server.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import { LocaleContext } from "#app/i18n/locale-context.ts";

installNodeEdge(startOrExit());

/** How long a page may render, in ms. */
export const streamTimeout = 5_000;
const NONCE_BYTES = 16;

export default async function handleRequest(request: Request, status: number, headers: Headers, remix: EntryContext, context: object) {
  const state = await stateOf({ request, context });
  const locale = await state.locale();
  const owner = await ownerHeader(state);
  const hash = request.method === "GET" ? hashOf(remix, status, [owner, locale]) : null;
  const kept = hash === null ? null : keptNonce(request.headers.get("if-none-match"), hash);
  const nonce = kept ?? randomBytes(NONCE_BYTES).toString("base64");
  addMissing(headers, {
    ...baseHeaders(state),
    ...(hash !== null && { "Cache-Control": "private, no-cache", ETag: tagOf(hash, nonce) }),
    "Content-Security-Policy": pagePolicy(state, state.services.settings, nonce),
    "Content-Type": "text/html; charset=utf-8",
    ...(hash === null && { "Cache-Control": "private, no-store" }),
    Vary: "Accept-Language, Cookie",
    "X-Request-Id": state.requestId,
    ...owner,
  });
  if (kept !== null) return new Response(null, { status: 304, headers });
  const page = (
    <NonceContext.Provider value={nonce}>
      <I18nextProvider i18n={createI18n(locale.language, locale.digits)}>
        <LocaleContext.Provider value={locale}>
          <RemixServer context={remix} url={request.url} nonce={nonce} abortDelay={streamTimeout} />
        </LocaleContext.Provider>
      </I18nextProvider>
    </NonceContext.Provider>
  );
  const rendered = stream(page, { nonce, whole: isbot(request.headers.get("user-agent")), status, headers, fail: (error) => state.log.error({ err: error }, "rendering failed") });
  return rendered.catch((error: unknown) => {
    // React Router cannot render at an address such as /%5C; no page of ours has one.
    if (error instanceof TypeError && "code" in error && error.code === "ERR_INVALID_URL") return badAddress(headers);
    throw error;
  });
}

function badAddress(headers: Headers): Response {
  headers.set("Content-Type", "text/plain; charset=utf-8");
  headers.set("Content-Security-Policy", BARE_POLICY);
  return new Response("Bad Request\n", { status: 400, headers });
}

interface StreamOptions {
  nonce: string;
  /** Answer only when the page is complete: for readers that run no scripts. */
  whole: boolean;
  status: number;
  headers: Headers;
  fail: (error: unknown) => void;
}

/** Nothing is deferred, so the shell is the whole page for browsers without JavaScript, too. */
function stream(page: React.ReactElement, options: StreamOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    let status = options.status;
    let started = false;
    const answer = () => {
      started = true;
      const body = new PassThrough();
      resolve(new Response(createReadableStreamFromReadable(body), { status, headers: options.headers }));
      pipe(body);
    };
    const { pipe, abort } = renderToPipeableStream(page, {
      nonce: options.nonce,
      [options.whole ? "onAllReady" : "onShellReady"]: answer,
      onShellError: reject,
      onError(error) {
        status = 500;
        // Before the shell stands, Remix renders the error page and reports by itself.
        if (started) options.fail(error);
      },
    });
    setTimeout(abort, streamTimeout + 1_000).unref();
  });
}

/** `.data` requests: the same headers as pages, and never from a cache. */
export async function handleDataRequest(response: Response, { request, context }: { request: Request; context: object }): Promise<Response> {
  const state = await stateOf({ request, context });
  addMissing(response.headers, { ...baseHeaders(state), "Content-Security-Policy": BARE_POLICY, "Cache-Control": "private, no-store", "X-Request-Id": state.requestId, ...(await ownerHeader(state)) });
  return response;
}

/** Errors that no wrapper expected. Path without query, no body, no cookie: the log is no place for secrets. */
export async function handleError(error: unknown, { request, context }: { request: Request; context: object }): Promise<void> {
  if (request.signal.aborted) return;
  const { log } = await stateOf({ request, context });
  const { pathname } = new URL(request.url);
  const isRetiredProtocol = error instanceof Error && error.message.includes("?_data requests");
  // Anybody can cause these, and they are refused: no line for each in the log.
  if (isRetiredProtocol) log.debug({ path: pathname }, "retired data protocol");
  else if (isRouteErrorResponse(error) && error.status < 500) log.debug({ status: error.status, path: pathname }, "refused by the framework");
  else log.error({ err: error, method: request.method, path: pathname }, "unexpected error");
}
