/** So many calls earn one retry, and so many retries can be saved up. */
const callsForOne = 10
const mostSaved = 5

/**
 * How many retries an instance may make: one for each ten calls, and five at once. An upstream that is down is asked a tenth more
 * often by it, and not twice as often.
 */
export function createRetryBudget() {
  let calls = mostSaved * callsForOne
  return {
    called() {
      calls = Math.min(mostSaved * callsForOne, calls + 1)
    },
    /** Whether there is one; then it is spent. */
    take(): boolean {
      if (calls < callsForOne) return false
      calls -= callsForOne
      return true
    },
  }
}
