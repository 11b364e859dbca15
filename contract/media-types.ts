/** JSON by its media type, in lower case and without parameters: `application/json`, or one that ends in `+json` (RFC 6839 §3.1). */
export const jsonType = /^[a-z]+\/(?:json|[a-z0-9.-]+\+json)$/
