import { Form, useLoaderData } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { Card, CardBody, SectionCard } from "#app/components/card.tsx";
import { EditForm } from "#app/components/chat/edit-form.tsx";
import { QUICK_EMOJI } from "#app/components/chat/message-actions.ts";
import { MessageReactions, grouped } from "#app/components/chat/message-reactions.tsx";
import { MessageText } from "#app/components/chat/message-text.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { Page } from "#app/components/page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { TextLink } from "#app/components/text-link.tsx";
import { messageFor } from "#app/domain/conversations/queries.server.ts";
import { page } from "#app/http/page.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";

/** All that can be done with one message, for browsers without JavaScript; the forms are the chat's. */
export const loader = page({ access: "member" }, async ({ ctx, viewer, params }) => ({
  message: await messageFor(ctx, viewer, { conversationId: params["id"] ?? "", messageId: params["messageId"] ?? "" }),
  viewer: { id: viewer.userId, name: viewer.name },
}));

export const handle: RouteHandle = { title: (t) => t("messageActions.pageTitle") };

export default function OneMessage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { message, viewer } = useLoaderData<typeof loader>();
  const chat = `/chats/${message.conversationId}`;
  const names = new Map([[message.senderId, message.senderName], [viewer.id, viewer.name]]);
  const emoji = [...new Set([...grouped(message.reactions).map(([each]) => each), ...QUICK_EMOJI])];
  const isOn = (each: string) => message.reactions.some((reaction) => reaction.emoji === each && reaction.userId === viewer.id);
  const isOwn = message.senderId === viewer.id;
  return (
    <Page title={t("messageActions.pageTitle")} text={isolatedNames([message.senderName], ([name]) => t("messageActions.pageText", { name, time: format.dateTime(message.createdAt) }))}>
      <Card className="p-4">
        {message.deletedAt === null ? <MessageText body={message.body} names={names} viewerId={viewer.id} /> : <p className="text-ink-soft italic">{t("chats.deleted")}</p>}
        <MessageReactions reactions={message.reactions} viewerId={viewer.id} names={names} onReact={undefined} />
      </Card>
      {message.deletedAt === null && (
        <>
          <SectionCard title={t("messageActions.reactTitle")}>
<CardBody>
            <Form method="post" action={chat} reloadDocument className="flex flex-wrap gap-1">
              <input type="hidden" name="intent" value="react" />
              <input type="hidden" name="messageId" value={message.id} />
              {emoji.map((each) => (
                <button key={each} name="emoji" value={each} aria-pressed={isOn(each)} aria-label={t("messageActions.reactWith", { emoji: each })} className="emoji-button">
                  {each}
                </button>
              ))}
            </Form>
          </CardBody>
</SectionCard>
          {isOwn && (
            <SectionCard title={t("messageActions.editTitle")}>
<CardBody>
              <EditForm chat={chat} messageId={message.id} body={message.body} />
            </CardBody>
</SectionCard>
          )}
          {isOwn && (
            <SectionCard title={t("messageActions.deleteTitle")}>
<CardBody>
              <Form method="post" action={chat} reloadDocument className="flex flex-col items-start gap-3">
                <input type="hidden" name="intent" value="delete" />
                <p>{t("messageActions.deleteText")}</p>
                <Button type="submit" variant="danger" name="messageId" value={message.id}>
                  {t("messageActions.delete")}
                </Button>
              </Form>
            </CardBody>
</SectionCard>
          )}
        </>
      )}
      <p>
        <TextLink to={chat}>{t("chats.backToChat")}</TextLink>
      </p>
    </Page>
  );
}
