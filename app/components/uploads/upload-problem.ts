import type { TFunction } from "i18next";
import type { Upload } from "#app/realtime/uploads/upload-list.ts";

/** Why an upload did not go through, in words. */
export const problemText = ({ problem }: Pick<Upload, "problem">, t: TFunction): string => problem?.message || t([`errors.${problem?.code ?? "unavailable"}`, "errors.unavailable"]);

/** Of a plain form that came back: its address says why (app/http/uploads.server.ts). */
const CODE = /^[a-z-]{1,40}$/;
export function problemOfAddress(search: string, t: TFunction): string | null {
  const code = new URLSearchParams(search).get("uploadProblem");
  return code !== null && CODE.test(code) ? t([`errors.${code}`, "errors.unavailable"]) : null;
}
