/** Who is asking. Queries start from a viewer, so that what is missing and what is forbidden look the same. */
export interface Viewer {
  userId: string;
  sessionId: string;
  name: string;
  email: string | null;
  role: "admin" | "member";
  hue: number;
  /** Their picture as its address names it (images/image.ts); null, and absent in data of a version that had none: initials. */
  avatar?: string | null | undefined;
}
