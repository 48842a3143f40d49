/**
 * Doors that take files. The same gate as every other action (mutation.server.ts), then the body straight to the disk.
 * A script gets JSON; a plain form goes back to the page that it stands on, with what was wrong in the address.
 */
import type { z } from "zod";
import { DomainError } from "#app/domain/errors.ts";
import type { ArrivedFile } from "#app/domain/images/commands.server.ts";
import { admit, wrapped, type Args, type Handled } from "./args.server.ts";
import { withArrivingFiles } from "./arriving-files.server.ts";
import { asRefusal, jsonRefusal } from "./errors.server.ts";
import { json } from "./json.server.ts";
import { spend, type Limit } from "./limits.server.ts";
import { invalid } from "./mutation.server.ts";
import { toPath, unexpected } from "./page.server.ts";
import { redirectTo } from "./redirect-to.ts";
import { stateOf } from "./request-state.server.ts";
import { withApiHeaders } from "./security-headers.server.ts";

interface UploadOptions<S extends z.ZodType> {
  schema: S;
  limit: Limit;
  /** Of the file. */
  maxBytes: number;
  run: (args: Args & { input: z.output<S>; file: ArrivedFile }) => Promise<unknown>;
}

/** One file and its fields, for whoever is signed in. 201 with what `run` answers; refusals `{ error }` with their status. */
export function uploadAction<S extends z.ZodType>({ schema, limit, maxBytes, run }: UploadOptions<S>) {
  return wrapped(async (handled: Handled): Promise<Response> => {
    const state = await stateOf(handled);
    let back: string | null = null;
    let of: unknown;
    try {
      const args = await admit(handled, "member", ["POST"], state);
      await spend(limit, args.viewer.userId);
      const answer = await withArrivingFiles(args.request, { folder: state.services.arrivals, maxBytes, maxFiles: 1 }, async ({ fields, files }) => {
        back = isPlainForm(args.request) ? redirectTo(fields["redirectTo"], "/") : null;
        of = fields["id"];
        const parsed = schema.safeParse(fields);
        if (!parsed.success) return { refused: parsed.error };
        const [file] = files;
        if (!file) throw new DomainError("file-missing", { field: "file" });
        return { made: await run({ ...args, input: parsed.data, file }) };
      });
      if ("refused" in answer) {
        if (back !== null) throw new DomainError("invalid-input");
        return withApiHeaders(invalid(answer.refused, args.locale), state);
      }
      if (back !== null) return toPath(back);
      return withApiHeaders(json(answer.made, { status: 201 }), state);
    } catch (error) {
      const refusal = asRefusal(error, state.log) ?? unexpected(error, state.log);
      if (back !== null) return toPath(withProblem(back, refusal.code, of));
      return withApiHeaders(jsonRefusal(refusal, await state.locale()), state);
    }
  }, { access: "member" });
}

/** A browser without scripts says that it wants a page. */
const isPlainForm = (request: Request) => (request.headers.get("accept") ?? "").includes("text/html");

/** Where `<ImageUpload>` looks for why a plain form came back, and whose picture it was to be: a page may have a form for each of its rows. */
const PROBLEM_PARAMETER = "uploadProblem";
const PROBLEM_OF_PARAMETER = "uploadOf";

function withProblem(back: string, code: string, of: unknown): string {
  const url = new URL(back, "http://roost.invalid");
  url.searchParams.set(PROBLEM_PARAMETER, code);
  if (typeof of === "string") url.searchParams.set(PROBLEM_OF_PARAMETER, of);
  return url.pathname + url.search + url.hash;
}
