import { Column, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'

/** Widgets that are made with the template: an upstream or an alarm may be declared after the dashboard that shows it. */
export class LateWidgets implements IWidget {
  readonly width = 24
  readonly #make: () => readonly IWidget[]
  #placed = new Column()

  constructor(make: () => readonly IWidget[]) {
    this.#make = make
  }

  get height(): number {
    return new Column(...this.#make()).height
  }

  position(x: number, y: number): void {
    this.#placed = new Column(...this.#make())
    this.#placed.position(x, y)
  }

  // biome-ignore lint/suspicious/noExplicitAny: IWidget of CDK has it so
  toJson(): any[] {
    return this.#placed.toJson()
  }
}
