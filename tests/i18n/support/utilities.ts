import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { __unstable__loadDesignSystem as loadDesignSystem } from "tailwindcss";
import ts from "typescript";
import { visit, type Source } from "./sources.ts";

const STYLES = path.resolve(import.meta.dirname, "../../../app/styles");
const require = createRequire(import.meta.url);

/** Tailwind with our tokens and utilities, as app.css puts them together. */
export const designSystem = () =>
  loadDesignSystem(readFileSync(path.join(STYLES, "app.css"), "utf8").replace(/ source\([^)]*\)/, ""), {
    base: STYLES,
    loadStylesheet: async (id, base) => {
      const file = id === "tailwindcss" ? require.resolve("tailwindcss/index.css") : path.resolve(base, id);
      return { path: file, base: path.dirname(file), content: readFileSync(file, "utf8") };
    },
  });

/** Class names that our own style sheets define. */
export const ownClasses = (sheets: readonly Source[]): Set<string> =>
  new Set(sheets.flatMap(({ text }) => [...text.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/\.([a-z][\w-]*)/g)].map((match) => match[1]!)));

/** Every word inside a className attribute, whatever expression it stands in. */
export function classNamesIn(source: Source): { at: string; name: string }[] {
  const found: { at: string; name: string }[] = [];
  visit(source, (node, at) => {
    if (!ts.isJsxAttribute(node) || !/^(className|wordClassName)$/.test(node.name.getText()) || !node.initializer) return;
    const words = (part: ts.Node) => {
      const compared = ts.isBinaryExpression(part.parent) && [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(part.parent.operatorToken.kind);
      if (!compared && (ts.isStringLiteralLike(part) || ts.isTemplateHead(part) || ts.isTemplateMiddle(part) || ts.isTemplateTail(part))) for (const name of part.text.split(/\s+/).filter(Boolean)) found.push({ at, name });
      part.forEachChild(words);
    };
    words(node.initializer);
  });
  return found;
}
