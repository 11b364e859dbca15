// RFC 6750 §2.1 with the scheme in any case (RFC 9110 §11.1); a compact JWS (RFC 7515 §7.1): three base64url parts.
const bearer = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i

/** The token of an `Authorization` header. Undefined for anything else, such as another scheme. Both doors read it so. */
export const bearerToken = (authorization: string): string | undefined => bearer.exec(authorization)?.[1]
