import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const ROOT = path.resolve(import.meta.dirname, "../../..");

export interface Source {
  /** Relative to the project. */
  file: string;
  text: string;
}

/** All files under a folder of the project with one of these endings. */
export function sourcesIn(folder: string, endings: readonly string[]): Source[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort()
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), "utf8") }));
}

/** Visits every node of a TypeScript or TSX source. */
export function visit({ file, text }: Source, look: (node: ts.Node, at: string) => void): void {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const walk = (node: ts.Node) => {
    look(node, `${file}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`);
    node.forEachChild(walk);
  };
  walk(tree);
}

export interface KeyUse {
  at: string;
  /** A whole key, or what stands before the first `${`. */
  key: string;
  kind: "exact" | "prefix";
}

/** The keys that a source hands to t(): whole ones, and the fixed beginnings of template literals. */
export function keysUsed(source: Source): KeyUse[] {
  const uses: KeyUse[] = [];
  visit(source, (node, at) => {
    if (!ts.isCallExpression(node)) return;
    const callee = node.expression;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : "";
    const [argument] = node.arguments;
    if (name === "t" && argument) collect(argument, at, uses);
  });
  return uses;
}

function collect(node: ts.Expression, at: string, uses: KeyUse[]): void {
  if (ts.isStringLiteralLike(node)) uses.push({ at, key: node.text, kind: "exact" });
  else if (ts.isTemplateExpression(node)) uses.push({ at, key: node.head.text, kind: "prefix" });
  else if (ts.isConditionalExpression(node)) for (const branch of [node.whenTrue, node.whenFalse]) collect(branch, at, uses);
  else if (ts.isParenthesizedExpression(node)) collect(node.expression, at, uses);
}

/** Every string literal of a source: keys may reach t() by way of a table. */
export function stringsIn(source: Source): Set<string> {
  const strings = new Set<string>();
  visit(source, (node) => {
    if (ts.isStringLiteralLike(node)) strings.add(node.text);
  });
  return strings;
}

const SPOKEN_ATTRIBUTES = new Set(["aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "placeholder", "alt", "label"]);
const HAS_LETTERS = /\p{L}/u;

/** Text that a person would read and that no translation can reach: between tags, and in spoken attributes. */
export function hardCodedText(source: Source): string[] {
  const found: string[] = [];
  visit(source, (node, at) => {
    if (ts.isJsxText(node) && HAS_LETTERS.test(node.text)) found.push(`${at} ${node.text.trim()}`);
    if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) for (const text of shown(node.expression)) found.push(`${at} ${text}`);
    if (ts.isJsxAttribute(node) && SPOKEN_ATTRIBUTES.has(node.name.getText())) {
      const value = node.initializer;
      const texts = value && ts.isStringLiteral(value) ? [value.text] : value && ts.isJsxExpression(value) ? shown(value.expression) : [];
      for (const text of texts.filter((candidate) => HAS_LETTERS.test(candidate))) found.push(`${at} ${node.name.getText()}=${text}`);
    }
  });
  return found;
}

/** Literal texts that an expression can come out as. */
function shown(node: ts.Expression | undefined): string[] {
  if (!node) return [];
  if (ts.isStringLiteralLike(node)) return HAS_LETTERS.test(node.text) ? [node.text] : [];
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].filter((text) => HAS_LETTERS.test(text));
  if (ts.isConditionalExpression(node)) return [...shown(node.whenTrue), ...shown(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return shown(node.expression);
  if (ts.isBinaryExpression(node)) return [...(node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? [] : shown(node.left)), ...shown(node.right)];
  return [];
}

// Optional variants (`md:`), a minus, then a utility that names a side of the paper instead of the reading.
// The bare words are no utilities: a member may have "left".
const PHYSICAL_CLASS = /^(?:[^\s]*:)?-?(?:m[lr]|p[lr]|(?:left|right)(?=-)|scroll-[mp][lr]|border-[lr]|rounded-(?:[lr]|t[lr]|b[lr])|text-(?:left|right)|float-(?:left|right)|clear-(?:left|right)|origin-(?:.*-)?(?:left|right))(?:-|$)/;

/** Utility classes that would not turn with the direction of reading. */
export function physicalClasses(source: Source): string[] {
  const found: string[] = [];
  visit(source, (node, at) => {
    const text = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node) ? node.text : "";
    for (const name of text.split(/\s+/)) if (PHYSICAL_CLASS.test(name)) found.push(`${at} ${name}`);
    // style={{ marginLeft: … }}
    if (ts.isPropertyAssignment(node) && /^(margin|padding|border)(Left|Right)|^(left|right)$/.test(node.name.getText()) && inStyle(node)) found.push(`${at} ${node.name.getText()}`);
  });
  return found;
}

const inStyle = (node: ts.Node): boolean => {
  for (let up = node.parent; up && !ts.isSourceFile(up); up = up.parent) if (ts.isJsxAttribute(up)) return up.name.getText() === "style";
  return false;
};

const PHYSICAL_CSS = /(?:^|[\s;{])((?:margin|padding|scroll-margin|scroll-padding|border)-(?:left|right)[\w-]*|border-(?:top|bottom)-(?:left|right)-radius|left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)/;

/** Declarations in a style sheet that name left or right. */
export function physicalDeclarations({ file, text }: Source): string[] {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "));
  return plain.split("\n").flatMap((line, index) => (PHYSICAL_CSS.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : []));
}
