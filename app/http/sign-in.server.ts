/** The authentication step, by remix-auth's form strategy; who may come in is decided by the domain. */
import { Authenticator } from "remix-auth";
import { FormStrategy } from "remix-auth-form";
import { signIn, type Device, type NewSession } from "#app/domain/accounts/commands.server.ts";
import { signInSchema, type SignInInput } from "#app/domain/accounts/schema.ts";
import type { Args } from "./args.server.ts";

type PublicArgs = Pick<Args<"public">, "ctx" | "request" | "state" | "url">;

/** The browser that asks. */
export async function deviceOf({ request, state }: PublicArgs): Promise<Device> {
  return { address: state.address, userAgent: request.headers.get("user-agent") ?? "", previousToken: await state.cookie.read(request.headers.get("cookie")) };
}

/** @throws DomainError wrong-credentials, rate-limited */
export async function authenticate(args: PublicArgs, input: SignInInput): Promise<NewSession> {
  const device = await deviceOf(args);
  const authenticator = new Authenticator<NewSession>();
  authenticator.use(new FormStrategy(({ form }) => signIn(args.ctx, signInSchema.parse(Object.fromEntries(form)), device)), "password");
  // The real body was read already, bounded; the strategy gets its own copy.
  return authenticator.authenticate("password", new Request(args.url, { method: "POST", body: new URLSearchParams({ ...input }) }));
}
