import { useFetcher } from "@remix-run/react";
import { useContext, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { FamilyPageContext } from "#app/components/family/family-form.ts";
import type { CategoryData } from "#app/domain/rewards/reward.ts";

/** Where a category is being dragged to. */
interface Dragged {
  id: string;
  to: number;
}

const placed = (categories: readonly CategoryData[], id: string, to: number): CategoryData[] => {
  const one = categories.find((category) => category.id === id);
  const others = categories.filter((category) => category.id !== id);
  return one ? others.toSpliced(Math.max(0, to), 0, one) : [...categories];
};

/**
 * The order of categories, changed by dragging a handle or by its arrow keys. What was asked for last is shown at
 * once, until the answer is here.
 */
export function useCategoryOrder(categories: readonly CategoryData[]) {
  const fetcher = useFetcher();
  const page = useContext(FamilyPageContext);
  const list = useRef<HTMLUListElement>(null);
  // A pointer moves and lets go faster than React draws: what is held is known at once, the state only shows it.
  const held = useRef<Dragged | null>(null);
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const [moved, setMoved] = useState<Dragged | null>(null);

  const asked = fetcher.formData ? { id: String(fetcher.formData.get("categoryId")), to: Number(fetcher.formData.get("to")) } : null;
  const settled = asked ? placed(categories, asked.id, asked.to) : [...categories];
  const shown = dragged ? placed(settled, dragged.id, dragged.to) : settled;
  const placeOf = (id: string) => settled.findIndex((category) => category.id === id);

  const hold = (next: Dragged | null) => {
    held.current = next;
    setDragged(next);
  };

  const move = (id: string, to: number) => {
    const place = Math.min(categories.length - 1, Math.max(0, to));
    if (placeOf(id) === place) return;
    setMoved({ id, to: place });
    fetcher.submit({ intent: "category-move", categoryId: id, to: String(place) }, { method: "post", action: page, preventScrollReset: true });
  };

  /** Which place a height on the screen belongs to. */
  const placeAt = (y: number): number => {
    const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    const index = rows.findIndex(({ bottom }) => y < bottom);
    return index === -1 ? rows.length - 1 : index;
  };

  const handleOf = (id: string) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      hold({ id, to: placeOf(id) });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (held.current?.id !== id) return;
      const to = placeAt(event.clientY);
      if (to !== held.current.to) hold({ id, to });
    },
    onPointerUp: () => {
      if (held.current?.id !== id) return;
      const { to } = held.current;
      hold(null);
      move(id, to);
    },
    onPointerCancel: () => hold(null),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
      if (by === 0) return;
      event.preventDefault();
      move(id, placeOf(id) + by);
    },
  });

  const name = categories.find(({ id }) => id === moved?.id)?.name;
  return { list, shown, dragged: dragged?.id ?? null, handleOf, moved: moved && name !== undefined ? { name, to: moved.to } : null };
}
