/** What is said: two lines of a household. */
export const BODY = "Dinner is ready, come down when you have finished your homework. ".repeat(2);
