import { useCallback, useRef, useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { Dialog } from "#app/components/dialog.tsx";
import { useLiveContext } from "#app/realtime/live-context.ts";
import { countDrafts, forgetDrafts } from "#app/realtime/drafts.ts";
import { forgetNotifications } from "#app/realtime/notifications/browser.ts";
import { forgetCopies } from "#app/realtime/offline/service-worker.ts";

interface SignOutFormProps {
  action: string;
  className?: string;
  children: ReactNode;
}

/** Clearing must not keep anybody from signing out. */
const CLEAR_LIMIT_MS = 5_000;

/**
 * A form that ends this browser's session: a document post, so that everything of the person leaves the page with it.
 * With JavaScript it asks first when messages would be lost, and clears what the browser keeps of the person.
 */
export function SignOutForm({ action, className, children }: SignOutFormProps) {
  const { t } = useTranslation();
  const live = useLiveContext();
  const queue = live?.queue;
  const form = useRef<HTMLFormElement>(null);
  const [unsent, setUnsent] = useState(0);
  const [leaving, setLeaving] = useState(false);
  const stay = useCallback(() => setUnsent(0), []);

  function submit(event: FormEvent) {
    event.preventDefault();
    const waiting = (queue?.unsent ?? 0) + countDrafts();
    if (waiting > 0) setUnsent(waiting);
    else void leave();
  }

  async function leave() {
    setLeaving(true);
    const limit = new Promise<void>((resolve) => setTimeout(resolve, CLEAR_LIMIT_MS));
    forgetDrafts();
    await Promise.race([limit, Promise.allSettled([queue?.destroy(), forgetCopies(), forgetNotifications()])]);
    // What is still under way would learn that the session has ended, and go to the sign-in page by another road.
    live?.engine.stop();
    // Not requestSubmit: the question is answered.
    form.current?.submit();
  }

  return (
    <>
      <form ref={form} method="post" action={action} className={className} onSubmit={submit}>
        {children}
      </form>
      <Dialog
        open={unsent > 0}
        onClose={stay}
        title={t("auth.signOut.title")}
        actions={
          <>
            <Button variant="secondary" onClick={stay}>
              {t("auth.signOut.stay")}
            </Button>
            <Button variant="danger" busy={leaving} onClick={() => void leave()}>
              {t("auth.signOut.throwAway")}
            </Button>
          </>
        }
      >
        <p>{t("auth.signOut.unsent", { count: unsent })}</p>
      </Dialog>
    </>
  );
}
