/** Pictures as pages and events show them, and the sizes they come in. Shared with the browser: no server import here. */

/** What a picture can be a picture of. The first four belong to a family's shop, and only its parents set them. */
export const IMAGE_TABLES = ["products", "company", "categories", "promotions", "avatars", "messages"] as const;
export type ImageTable = (typeof IMAGE_TABLES)[number];
export const SHOP_TABLES = ["products", "company", "categories", "promotions"] as const satisfies readonly ImageTable[];
export type ShopTable = (typeof SHOP_TABLES)[number];

export const isShopTable = (table: ImageTable): table is ShopTable => (SHOP_TABLES as readonly string[]).includes(table);

/** A picture to show. The address is that of its largest size. */
export interface ImageData {
  id: string;
  url: string;
  width: number;
  height: number;
}

/** A file in a message: downloaded, never shown. */
export interface FileData {
  id: string;
  url: string;
  name: string;
  bytes: number;
}

/** What a message carries beside its text, in the order in which it was chosen. */
export interface Attachments {
  images: ImageData[];
  files: FileData[];
}

/** The longest edge of the smaller sizes, in pixels. */
export const SIZES = [160, 480, 1280] as const;
/** The longest edge of the largest size: what is larger is made smaller, and nothing of the original is kept. */
export const LARGEST = 2048;

export interface Size {
  /** As its file's name says it; null is the largest. */
  size: number | null;
  width: number;
  height: number;
}

/** Keeps the shape: the longest edge becomes `edge`, unless it is shorter already. */
export function fitted(width: number, height: number, edge: number): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** All sizes of a picture, the smallest first. Nothing is enlarged: a small picture has few of them, but always the first, which faces are shown in. */
export function sizesOf({ width, height }: { width: number; height: number }): Size[] {
  const smaller = SIZES.filter((size, place) => place === 0 || size < Math.max(width, height)).map((size) => ({ size, ...fitted(width, height, size) }));
  return [...smaller, { size: null, width, height }];
}

/** The file of a size. */
export const sizeName = (size: number | null): string => (size === null ? ".webp" : `-${size}.webp`);

/** A picture's address in one of its sizes. */
export const sizeUrl = (url: string, size: number | null): string => url.replace(/\.webp$/, sizeName(size));

/** What pictures are called in addresses: `{id}-{hash}`. */
export const imageStem = ({ id, hash }: { id: string; hash: string }): string => `${id}-${hash}`;
export const publicImageUrl = (stem: string): string => `/images/${stem}.webp`;
export const privateImageUrl = (stem: string): string => `/files/${stem}.webp`;
export const fileUrl = (id: string): string => `/files/${id}`;

/** The smallest size that fills a face, by the picture's stem; small pictures answer it with all they have. */
export const avatarUrl = (stem: string): string => `/images/${stem}-${SIZES[0]}.webp`;
