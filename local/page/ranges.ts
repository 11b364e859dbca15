/** Time ranges that the page offers, in seconds, and how long a point in each is. Finer than deployed: one person's traffic is to be seen move. */
export const ranges: Readonly<Record<string, number>> = { 300: 5, 900: 15, 3600: 60, 10800: 180 }
