/** Files out of what browsers hand over when somebody pastes or drops. */

/** Null: it holds no files, and whatever else it is goes its usual way. */
export function filesOf(transfer: DataTransfer | null): File[] | null {
  const files = transfer ? [...transfer.files] : [];
  return files.length > 0 ? files : null;
}

/** While something is dragged its files cannot be looked at yet, only that there are some. */
export const holdsFiles = (transfer: DataTransfer | null): boolean => transfer?.types.includes("Files") ?? false;
