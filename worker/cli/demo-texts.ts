/** What the parents of the demo household wrote to each other: two languages, one line and several paragraphs. */
const HOUR = 60;
const DAY = 24 * HOUR;

export interface DemoMessage {
  from: "parent" | "other";
  minutesAgo: number;
  body: string;
}

export const KITCHEN_NAME = "Kitchen";

/** In the room of both, which everybody may join. */
export const KITCHEN: readonly DemoMessage[] = [
  { from: "parent", minutesAgo: 3 * DAY, body: "This room is for everything that boils, bakes or runs out. مطبخنا!" },
  { from: "other", minutesAgo: 3 * DAY - 20, body: "أهم سؤال في البيت: ماذا نأكل اليوم؟" },
  { from: "parent", minutesAgo: DAY + 7 * HOUR, body: "The oven light is broken again. I ordered a new one, it comes on Saturday." },
  { from: "other", minutesAgo: 6 * HOUR, body: "Soup is in the blue pot, rice is next to it." },
  { from: "parent", minutesAgo: 5 * HOUR, body: "شكرًا! رائحتها وصلت إلى الباب 😋" },
];

export const CONVERSATION: readonly DemoMessage[] = [
  { from: "parent", minutesAgo: 2 * DAY + 3 * HOUR, body: "صباح الخير! هل تذكرت موعد طبيب الأسنان يوم الخميس؟" },
  { from: "other", minutesAgo: 2 * DAY + 3 * HOUR - 4, body: "نعم، الساعة الرابعة. سآخذ إجازة ساعتين من العمل." },
  { from: "parent", minutesAgo: 2 * DAY + 3 * HOUR - 5, body: "شكرًا لك 🌿" },
  {
    from: "other",
    minutesAgo: DAY + 5 * HOUR,
    body: "The school wrote about the trip. In short:\n\n- Bus leaves at 7:40, so we should be there by 7:30\n- Packed lunch, no nuts\n- Rain jacket in any case\n\nI signed the form, it is on the fridge: https://example.org/trip?class=3b",
  },
  { from: "parent", minutesAgo: DAY + 5 * HOUR - 12, body: "Perfect, I will pack the lunch tonight." },
  {
    from: "parent",
    minutesAgo: DAY + 4 * HOUR,
    body: "قائمة السوق:\n\nخبز، حليب، بيض\nطماطم وخيار ونعناع\n\nAnd washing powder, the big one (3 kg). If they have it, لا تنس القهوة!",
  },
  { from: "other", minutesAgo: DAY + 4 * HOUR - 2, body: "تمام 👍" },
  { from: "other", minutesAgo: 95, body: "On my way home. Do we need anything else?" },
  { from: "parent", minutesAgo: 91, body: "No, all good. Dinner is at seven." },
  { from: "parent", minutesAgo: 90, body: "والأولاد سألوا عنك مرتين ❤️" },
];
