/** What cached data is called, and which pages show it. Shared with the browser: no server import here. */

/** Each names a kind of data that loaders may take from memory, and that can be declared out of date. */
export const CACHE_TAGS = ["products", "company", "categories", "promotions", "templates"] as const;
export type CacheTag = (typeof CACHE_TAGS)[number];

export const isCacheTag = (text: string): text is CacheTag => (CACHE_TAGS as readonly string[]).includes(text);

/** Which tags a page shows; pages below it in the address show them, too. */
const TAGS_OF_PATH = {
  "/": ["company", "products", "promotions"],
  "/family": ["company", "templates"],
  "/rewards": ["company", "products", "categories", "promotions"],
} as const satisfies Record<string, readonly CacheTag[]>;

/** The pages that can be declared out of date. */
export const CACHE_PATHS: readonly string[] = Object.keys(TAGS_OF_PATH);

/** What is known by a path: itself, or the page that it is below. Null: nothing there is cached. */
function pageOf(path: string): keyof typeof TAGS_OF_PATH | null {
  const [first = ""] = path.split("/").slice(1);
  const page = `/${first}`;
  return page in TAGS_OF_PATH ? (page as keyof typeof TAGS_OF_PATH) : null;
}

/** The tags of what a path shows; none where nothing is cached. */
export function tagsOfPath(path: string): readonly CacheTag[] {
  const page = pageOf(path);
  return page ? TAGS_OF_PATH[page] : [];
}

/** The pages that show something of these tags. */
export const pathsOfTags = (tags: readonly CacheTag[]): string[] => CACHE_PATHS.filter((path) => tagsOfPath(path).some((tag) => tags.includes(tag)));

/** Whether a page that is open shows something of what was declared out of date. */
export function isConcerned(path: string, { tags, paths }: { tags: readonly string[]; paths: readonly string[] }): boolean {
  const page = pageOf(path);
  return page !== null && (paths.includes(page) || tagsOfPath(page).some((tag) => tags.includes(tag)));
}
