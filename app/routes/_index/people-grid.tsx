import { Form, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Spinner } from "#app/components/spinner.tsx";

interface PeopleGridProps {
  people: readonly { id: string; name: string; hue: number; avatar?: string | null | undefined }[];
}

/** Faces without a chat yet; one press opens it. */
export function PeopleGrid({ people }: PeopleGridProps) {
  const { t } = useTranslation();
  const opening = useNavigation().formData?.get("userId");
  return (
    <Form method="post" action="/chats" className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-1 p-3">
      <input type="hidden" name="intent" value="open-direct" />
      {people.map(({ id, name, hue, avatar }) => (
        <button
          key={id}
          type="submit"
          name="userId"
          value={id}
          aria-label={t("home.chatWith", { name })}
          className="flex min-w-0 flex-col items-center gap-2 rounded-card px-2 py-3 transition-colors hover:bg-sunken"
        >
          <span className="relative">
            <Avatar name={name} hue={hue} avatar={avatar} size="lg" />
            {opening === id && (
              <span className="absolute inset-0 grid place-items-center rounded-full bg-surface/80">
                <Spinner label={null} />
              </span>
            )}
          </span>
          <bdi className="w-full truncate text-center text-sm font-medium">{name}</bdi>
        </button>
      ))}
    </Form>
  );
}
