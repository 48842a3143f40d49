import { useCallback, useEffect, useRef, useState } from "react";
import { Switcher } from "./switcher.tsx";
import { globalKey, isWritingIn, type GlobalKey } from "./keys.ts";
import { KeyList } from "./key-list.tsx";

/** What the keyboard opens from anywhere: the switcher, and the list of all keys. */
export function Shortcuts() {
  const [open, setOpen] = useState<GlobalKey | null>(null);
  const opener = useRef<Element | null>(null);
  const close = useCallback(() => {
    setOpen(null);
    // A dialog that leaves the page gives nothing back.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body && opener.current instanceof HTMLElement) opener.current.focus();
    });
  }, []);
  const help = useCallback(() => setOpen("help"), []);

  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const { key, code, ctrlKey, metaKey, altKey, shiftKey, isComposing, target } = event;
      const pressed = globalKey({ key, code, ctrlKey, metaKey, altKey, shiftKey, isComposing, isWriting: isWritingIn(target) });
      // A dialog that asks something is answered first.
      if (!pressed || (pressed === "help" && document.querySelector("dialog[open]"))) return;
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) opener.current = document.activeElement;
      setOpen(pressed);
    };
    document.addEventListener("keydown", keyDown);
    return () => document.removeEventListener("keydown", keyDown);
  }, []);

  return (
    <>
      {open === "switch" && <Switcher onClose={close} onHelp={help} />}
      <KeyList open={open === "help"} onClose={close} />
    </>
  );
}
