import { Apple, Bath, Bed, Bike, BookOpen, Brush, CookingPot, Dog, Dumbbell, Footprints, Gamepad2, GraduationCap, House, type LucideIcon, Leaf, Music, Puzzle, ShoppingBasket, Shirt, Shovel, Soup, Sparkles, Star, Timer, Trash2, Tv, Utensils, WashingMachine } from "lucide-react";

/** Small pictures for timers and chores, by the names that are stored. */
const ICONS = {
  book: BookOpen,
  school: GraduationCap,
  music: Music,
  puzzle: Puzzle,
  game: Gamepad2,
  screen: Tv,
  brush: Brush,
  bath: Bath,
  bed: Bed,
  shirt: Shirt,
  laundry: WashingMachine,
  meal: Utensils,
  soup: Soup,
  pot: CookingPot,
  fruit: Apple,
  shopping: ShoppingBasket,
  dishes: Sparkles,
  trash: Trash2,
  house: House,
  garden: Shovel,
  leaf: Leaf,
  dog: Dog,
  walk: Footprints,
  bike: Bike,
  sport: Dumbbell,
  star: Star,
  timer: Timer,
} satisfies Record<string, LucideIcon>;

export type FamilyIconName = keyof typeof ICONS;
export const FAMILY_ICONS = Object.keys(ICONS) as FamilyIconName[];

interface FamilyIconProps {
  /** As stored; what is not known here (any more) is a clock. */
  name: string | null;
  size?: number;
}

export function FamilyIcon({ name, size = 20 }: FamilyIconProps) {
  const Icon: LucideIcon = name !== null && Object.hasOwn(ICONS, name) ? ICONS[name as FamilyIconName] : Timer;
  return <Icon aria-hidden size={size} />;
}
