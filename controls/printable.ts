/** What a terminal would obey, or show in another order or line than it stands in. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
