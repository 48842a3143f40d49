import { readFileSync } from "node:fs";
import path from "node:path";

export type Oklch = readonly [lightness: number, chroma: number, hue: number];
export type Theme = "light" | "dark";

const CSS = readFileSync(path.resolve(import.meta.dirname, "../../../app/styles/tokens.css"), "utf8");

/** The opaque colour tokens of a block: `--color-name: oklch(L C H)`. */
export function tokensIn(css: string): Map<string, Oklch> {
  const found = new Map<string, Oklch>();
  for (const [, name, l, c, h] of css.matchAll(/--color-([\w-]+):\s*oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)) found.set(name!, [Number(l), Number(c), Number(h)]);
  return found;
}

const dark = CSS.indexOf("@variant dark {");
export const THEMES: Record<Theme, Map<string, Oklch>> = { light: tokensIn(CSS.slice(0, dark)), dark: tokensIn(CSS.slice(dark)) };

/** OKLab by Björn Ottosson: https://bottosson.github.io/posts/oklab/ */
export function toLab([l, c, h]: Oklch): readonly [number, number, number] {
  const angle = (h * Math.PI) / 180;
  return [l, c * Math.cos(angle), c * Math.sin(angle)];
}

/** Linear sRGB, not clipped: parts outside 0 to 1 are outside the gamut. */
export function toLinearRgb(colour: Oklch): readonly [number, number, number] {
  const [lightness, a, b] = toLab(colour);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s];
}

const clip = (part: number) => Math.min(1, Math.max(0, part));
const luminance = (colour: Oklch) => {
  const [r, g, b] = toLinearRgb(colour).map(clip) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** WCAG 2 contrast, 1 to 21. */
export function contrast(a: Oklch, b: Oklch): number {
  const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

/** Perceived distance in OKLab; about 0.02 is just seen side by side. */
export const distance = (a: Oklch, b: Oklch) => Math.hypot(...toLab(a).map((part, index) => part - toLab(b)[index]!));

/** "#rrggbb" */
export const hex = (colour: Oklch) =>
  `#${toLinearRgb(colour)
    .map(clip)
    .map((part) => (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055))
    .map((part) => Math.round(part * 255).toString(16).padStart(2, "0"))
    .join("")}`;
