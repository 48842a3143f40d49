import type { ReactNode } from "react";

/**
 * A sentence about people, each name kept apart, so that Arabic and Latin ones beside each other stay in their order.
 * @param write writes the sentence around placeholders that stand for the names
 */
export function isolatedNames(names: readonly string[], write: (placeholders: string[]) => string): ReactNode[] {
  const parts = write(names.map((_, index) => `{${index}}`)).split(/\{(\d+)\}/);
  return parts.map((part, index) => (index % 2 === 0 ? part : <bdi key={index}>{names[Number(part)]}</bdi>));
}
