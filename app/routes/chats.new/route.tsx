import { useOutletContext } from "@remix-run/react";
import type { NewRoomFormProps } from "#app/components/chat/new-room-form.tsx";
import { NewRoomPane } from "#app/components/chat/new-room-pane.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";

/** The form posts to /chats, which shows it again when something is wrong with it. */
export const handle: RouteHandle = { layout: "fill", immersive: true, title: (t) => t("rooms.new") };

export default function NewRoom() {
  return <NewRoomPane {...useOutletContext<Pick<NewRoomFormProps, "formKey">>()} failure={undefined} />;
}
