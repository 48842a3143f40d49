import { Avatar, type AvatarSize } from "#app/components/avatar.tsx";
import { useStatus } from "./use-status.ts";

/** Somebody's picture with a dot while they are here. */
export function PresentAvatar({ id, name, hue, size = "md" }: { id: string; name: string; hue: number; size?: AvatarSize }) {
  return <Avatar name={name} hue={hue} size={size} online={useStatus(id)?.online} />;
}
