/** What events tell of somebody: a name always, a picture only where it is new. */
interface Told {
  name: string;
  avatar?: string | null | undefined;
}

/** Whether what is shown of them is another name, or another picture where one is told. */
export const isOutdated = (known: Told, told: Told): boolean => known.name !== told.name || (told.avatar !== undefined && known.avatar !== told.avatar);

/** What to show of them from now on. */
export const shownOf = ({ name, avatar }: Told): Told => (avatar === undefined ? { name } : { name, avatar });
