/** Why something cannot be judged. Becomes a finding: what is not known to be right fails. */
export class CannotTell extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'CannotTell'
  }
}
