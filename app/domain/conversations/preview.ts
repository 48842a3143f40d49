/** What stands for a message where there is room for a line only. Shared by loaders, events and the browser. */

/** Of a message without words; a sign, because events do not know their reader's language. */
export const PICTURE_MARK = "📷";
export const FILE_MARK = "📎";

interface Previewed {
  body: string;
  images?: readonly unknown[];
  files?: readonly unknown[] | undefined;
}

/** The words as they are, else a sign for what comes without words. */
export const lineOf = ({ body, images = [], files = [] }: Previewed): string => (body !== "" || images.length + files.length === 0 ? body : images.length > 0 ? PICTURE_MARK : FILE_MARK);
