/** Who may start a private chat with whom. Pure. */
export function mayOpenDirect(viewerId: string, other: { id: string; disabledAt: number | null } | undefined): other is { id: string; disabledAt: null } {
  return other !== undefined && other.id !== viewerId && other.disabledAt === null;
}
