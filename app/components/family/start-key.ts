import type { FormEvent } from "react";

/** Of an id, enough to tell one template, or one member, of a family from another. */
const TAIL = -12;
const tail = (id: FormDataEntryValue | null) => (typeof id === "string" ? id.slice(TAIL) : "");

/**
 * Two buttons pressed, or one for two people, before the page has loaded anew, are two wishes: each gets a key of its
 * own, while the same press again keeps its key. Without JavaScript a page sends one form and is gone.
 */
export const keyByWish =
  (formKey: string) =>
  ({ nativeEvent, currentTarget: form }: FormEvent<HTMLFormElement>): void => {
    const pressed = nativeEvent instanceof SubmitEvent ? nativeEvent.submitter : null;
    const wish = new FormData(form, pressed);
    const key = form.elements.namedItem("key");
    if (key instanceof HTMLInputElement) key.value = [formKey, tail(wish.get("templateId")), tail(wish.get("memberId"))].join("-");
  };
