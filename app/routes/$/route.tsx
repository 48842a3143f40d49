import { DomainError } from "#app/domain/errors.ts";
import { page } from "#app/http/page.server.ts";

/** Every address that is not ours. The root's error boundary shows the page. */
export const loader = page({ access: "public" }, async (): Promise<never> => {
  throw new DomainError("not-found");
});

export default function NotFound() {
  return null;
}
