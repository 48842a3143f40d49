import { Avatar, type AvatarSize } from "#app/components/avatar.tsx";
import { useStatus } from "./use-status.ts";

/** Somebody's picture with a dot while they are here. */
export function PresentAvatar({ id, name, hue, avatar, size = "md" }: { id: string; name: string; hue: number; avatar?: string | null | undefined; size?: AvatarSize }) {
  return <Avatar name={name} hue={hue} avatar={avatar} size={size} online={useStatus(id)?.online} />;
}
