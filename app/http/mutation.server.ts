/**
 * Actions. Every one passes the same gate, in this order: method, origin, session, access, rate limit, body
 * (bounded), schema, and only then `run`. No bytes from outside give a 5xx.
 */
import { data } from "@remix-run/node";
import type { z } from "zod";
import { DomainError } from "#app/domain/errors.ts";
import type { Locale } from "#app/i18n/locale.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import { admit, wrapped, type Access, type Args, type Handled } from "./args.server.ts";
import { isMultipart, withArrivingFiles, type ArrivedForm } from "./arriving-files.server.ts";
import { MAX_JSON_BYTES, readBody, readForm, readJson, type Fields } from "./body.server.ts";
import { asRefusal, errorBody, jsonRefusal, pageRefusal, refusalHeaders, STATUS } from "./errors.server.ts";
import type { FormFailure } from "./form-failure.ts";
import { json } from "./json.server.ts";
import { ANONYMOUS_LIMIT, spend, type Limit } from "./limits.server.ts";
import { toPath, toSignIn, unexpected } from "./page.server.ts";
import { stateOf, type RequestState } from "./request-state.server.ts";
import { withApiHeaders } from "./security-headers.server.ts";

type Schema = z.ZodType;
type Headered = { headers?: Record<string, string> };
/** What a form's `run` answers: go on to a page of this site, or data for the page that stays. */
export type FormOutcome<T> = { redirect: string; headers?: HeadersInit } | ({ data: T; status?: number } & Headered);

export interface Intent<A extends Access, S extends Schema, T> {
  schema: S;
  limit?: Limit;
  run: (args: Args<A> & { input: z.output<S>; files: ArrivedForm["files"] }) => Promise<FormOutcome<T>>;
}

/** Of a page whose forms may bring files: how large each may be, and how many. */
export interface FormFiles {
  maxBytes: number;
  maxFiles: number;
}

/** One of a page's forms, told apart by the field `intent`. A function, so that `input` gets the schema's type. */
export const intent = <S extends Schema, T = never, A extends Access = "member">(one: Intent<A, S, T>): Intent<A, S, T> => one;

type AnyIntent<A extends Access> = { schema: Schema; limit?: Limit; run: (args: Args<A> & { input: never; files: ArrivedForm["files"] }) => Promise<FormOutcome<unknown>> };
type DataOf<I> = I extends { run: (args: never) => Promise<FormOutcome<infer T>> } ? T : never;

const MUTATE = ["POST"] as const;

/**
 * A page's action: one form, or several by `intents`. On success it redirects (302; to scripts as data) or gives
 * data; on refusal it answers 4xx with a FormFailure, so that the page shows the form again with what was typed.
 */
export function form<A extends Access, S extends Schema, T = never>(options: { access: A } & Intent<A, S, T>): (handled: Handled) => Promise<T | FormFailure>;
export function form<A extends Access, M extends Record<string, AnyIntent<A>>>(options: { access: A; intents: M; files?: FormFiles }): (handled: Handled) => Promise<DataOf<M[keyof M]> | FormFailure>;
export function form(options: { access: Access; intents?: Record<string, AnyIntent<Access>>; files?: FormFiles } & Partial<AnyIntent<Access>>): (handled: Handled) => Promise<unknown> {
  return wrapped(async (handled: Handled) => {
    const state = await stateOf(handled);
    let fields: Fields = {};
    try {
      const args = await admit(handled, options.access, MUTATE, state);
      if (!args.viewer) await spend(ANONYMOUS_LIMIT, state.address);
      const run = async (form: ArrivedForm) => {
        fields = form.fields;
        const chosen = options.intents ? pick(options.intents, fields) : (options as AnyIntent<Access>);
        if (chosen.limit) await spend(chosen.limit, args.viewer?.userId ?? state.address);
        const parsed = chosen.schema.safeParse(fields);
        if (!parsed.success) return failed(new DomainError("invalid-input"), fields, await state.locale(), fieldErrors(parsed.error));
        const outcome = await chosen.run({ ...args, input: parsed.data as never, files: form.files });
        const headers = outcome.headers ?? {};
        if ("redirect" in outcome) throw toPath(outcome.redirect, headers);
        return data(outcome.data, { status: outcome.status ?? 200, headers });
      };
      // Files go to the disk, and only where a page expects some from somebody who is signed in.
      if (options.files && args.viewer && isMultipart(args.request)) return await withArrivingFiles(args.request, { folder: state.services.arrivals, ...options.files }, run);
      return await run({ fields: await readForm(args.request), files: [] });
    } catch (error) {
      const refusal = asRefusal(error, state.log);
      if (!refusal) throw error;
      if (refusal.code === "not-signed-in") throw toSignIn(handled.request);
      if (GATE_CODES.has(refusal.code)) throw pageRefusal(refusal, await state.locale());
      return failed(refusal, fields, await state.locale(), {});
    }
  }, { access: options.access, ...(options.intents && { intents: Object.keys(options.intents) }) });
}

/** Refusals before a form was understood: there is no form to show again. */
const GATE_CODES = new Set(["cross-site", "method-not-allowed", "malformed", "too-large", "unsupported-type", "forbidden", "not-found"]);

function pick(intents: Record<string, AnyIntent<Access>>, fields: Fields): AnyIntent<Access> {
  const name = fields["intent"];
  const chosen = typeof name === "string" && Object.hasOwn(intents, name) ? intents[name] : undefined;
  if (!chosen) throw new DomainError("malformed");
  return chosen;
}

/** The first problem of each field, as keys of `errors.fields.*`. */
function fieldErrors(error: z.ZodError): Record<string, string> {
  const first = new Map<string, string>();
  for (const issue of error.issues) {
    const field = String(issue.path[0] ?? "");
    if (!first.has(field)) first.set(field, issue.message);
  }
  return Object.fromEntries(first);
}

function failed(refusal: DomainError, fields: Fields, locale: Locale, problems: Record<string, string>) {
  const { t } = createI18n(locale.language, locale.digits);
  const error = errorBody(refusal, locale);
  const errors = Object.fromEntries(Object.entries(problems).map(([field, key]) => [field, t(`errors.fields.${key}`, { defaultValue: t("errors.invalid-input") })]));
  if (error.field !== undefined) errors[error.field] = error.message;
  const values = Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (SECRET_FIELD.test(name) ? [] : [[name, typeof value === "string" ? value : value.join(",")] as const])));
  const failure: FormFailure = { ok: false, intent: values["intent"] ?? null, error, errors, values };
  return data(failure, { status: STATUS[refusal.code], headers: refusalHeaders(refusal) });
}

/** Never sent back, not even to the one who typed it. */
const SECRET_FIELD = /password|^pin$|token|secret/i;

/** What a JSON action's `run` answers. */
export type JsonOutcome = { data: unknown; status?: number } & Headered;

/** An action for programs: JSON in, JSON out; refusals `{ error: { code, message, field? } }`. */
export function jsonAction<A extends Access, S extends Schema>(options: { access: A; schema: S; limit?: Limit; maxBytes?: number; run: (args: Args<A> & { input: z.output<S> }) => Promise<JsonOutcome> }) {
  return program(options, async (args) => {
    const parsed = options.schema.safeParse(await readJson(args.request, options.maxBytes ?? MAX_JSON_BYTES));
    if (!parsed.success) return invalid(parsed.error, args.locale);
    const { data: answer, status = 200, headers = {} } = await options.run({ ...args, input: parsed.data });
    return json(answer, { status, headers });
  });
}

/** For programs: the first field that is wrong, and how. */
export function invalid(refused: z.ZodError, locale: Locale): Response {
  const [field, problem] = Object.entries(fieldErrors(refused))[0] ?? ["", ""];
  const { t } = createI18n(locale.language, locale.digits);
  const message = t(`errors.fields.${problem}`, { defaultValue: t("errors.invalid-input") });
  return Response.json({ error: { code: "invalid-input", message, ...(field ? { field } : {}) } }, { status: STATUS["invalid-input"] });
}

/** An action that reads its own bytes (signed webhooks, form-encoded protocols of others) and answers a Response. */
export function endpoint<A extends Access>(options: { access: A; limit?: Limit; maxBytes: number; run: (args: Args<A> & { body: Uint8Array }) => Promise<Response> }) {
  return program(options, async (args) => options.run({ ...args, body: await readBody(args.request, options.maxBytes) }));
}

function program<A extends Access>(options: { access: A; limit?: Limit }, answer: (args: Args<A>) => Promise<Response>) {
  return wrapped(async (handled: Handled): Promise<Response> => {
    const state: RequestState = await stateOf(handled);
    try {
      const args = await admit(handled, options.access, MUTATE, state);
      if (options.limit) await spend(options.limit, args.viewer?.userId ?? state.address);
      return withApiHeaders(await answer(args), state);
    } catch (error) {
      const refusal = asRefusal(error, state.log) ?? unexpected(error, state.log);
      return withApiHeaders(jsonRefusal(refusal, await state.locale()), state);
    }
  }, { access: options.access });
}
