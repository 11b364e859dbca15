// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, and what an answer's other members may take of it: its
// headers are less than 10,240 bytes, or API Gateway passes none.
const mostBytes = 6 * 1024 * 1024 - 32 * 1024

// The longest that JSON makes of one unit of text: `\u0000`.
const mostForOne = 6

/**
 * Whether a function can answer with this text. Lambda counts an answer as JSON: there bytes are a third longer, as base64, and text
 * up to six times. What is longer would make the function fail, without a word from it.
 */
export const fitsLambda = (body: string): boolean =>
  body.length * mostForOne <= mostBytes || Buffer.byteLength(JSON.stringify(body)) <= mostBytes
