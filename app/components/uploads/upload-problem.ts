import type { TFunction } from "i18next";
import type { Upload } from "#app/realtime/uploads/upload-list.ts";

/** Why an upload did not go through, in words. */
export const problemText = ({ problem }: Pick<Upload, "problem">, t: TFunction): string => problem?.message || t([`errors.${problem?.code ?? "unavailable"}`, "errors.unavailable"]);

const CODE = /^[a-z-]{1,40}$/;

/** Of a plain form that came back: its address says why, and whose picture it was to be (app/http/uploads.server.ts). Null for everything else on that page. */
export function problemOfAddress(search: string, id: string, t: TFunction): string | null {
  const parameters = new URLSearchParams(search);
  if (parameters.get("uploadOf") !== id) return null;
  const code = parameters.get("uploadProblem");
  return code !== null && CODE.test(code) ? t([`errors.${code}`, "errors.unavailable"]) : null;
}

/** A page's address without what a form said that came back to it. */
export function withoutProblem(search: string): string {
  const parameters = new URLSearchParams(search);
  for (const name of ["uploadProblem", "uploadOf"]) parameters.delete(name);
  const left = parameters.toString();
  return left && `?${left}`;
}
