import { Form } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";

/** People without a chat yet: one tap opens it. */
export function PeopleToChatWith({ people }: { people: { id: string; name: string; hue: number; avatar?: string | null | undefined }[] }) {
  const { t } = useTranslation();
  if (people.length === 0) return null;
  return (
    <section aria-labelledby="people-title" className="mt-6">
      <h2 id="people-title" className="px-3 text-sm font-semibold text-ink-soft">
        {t("chats.people")}
      </h2>
      <ul className="mt-1 flex flex-col gap-0.5">
        {people.map((person) => (
          <li key={person.id}>
            <Form method="post" action="/chats">
              <input type="hidden" name="intent" value="open-direct" />
              <button name="userId" value={person.id} className="conversation-row w-full text-start">
                <Avatar name={person.name} hue={person.hue} avatar={person.avatar} />
                <bdi className="truncate font-semibold">{person.name}</bdi>
              </button>
            </Form>
          </li>
        ))}
      </ul>
    </section>
  );
}
