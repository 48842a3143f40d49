/** Where weeks begin, by region (CLDR's week data): what a form proposes; whoever fills it in chooses. */
const SATURDAY = 6;
const BEGINS: readonly (readonly [number, ReadonlySet<string>])[] = [
  [5, new Set(["MV"])],
  [SATURDAY, new Set("AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY".split(" "))],
  [
    0,
    new Set(
      "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW".split(" "),
    ),
  ],
];
const MONDAY = 1;

/** `ar-EG`, `zh-Hant-TW`: the region stands after language and script. */
const REGION = /^[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})(?![a-z0-9])/i;
const MAX_TAGS = 20;

/**
 * The first day of the week where a browser says it is, by its languages (`Accept-Language`, in their order).
 * @returns 0 is Sunday; without a region Monday, and Saturday where Arabic comes first
 */
export function weekStartFor(acceptLanguage: string | null): number {
  const tags = (acceptLanguage ?? "").split(",", MAX_TAGS).map((tag) => tag.trim());
  const region = tags.map((tag) => REGION.exec(tag)?.[1]?.toUpperCase()).find((found) => found !== undefined);
  if (region === undefined) return /^ar\b/i.test(tags[0] ?? "") ? SATURDAY : MONDAY;
  return BEGINS.find(([, regions]) => regions.has(region))?.[0] ?? MONDAY;
}
