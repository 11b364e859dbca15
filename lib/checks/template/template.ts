import { CannotTell, known } from './cannot-tell.ts'
import { isRecord, type Scope } from './intrinsics.ts'
import type { Templates } from './templates.ts'
import { Value } from './value.ts'

/** One template, as it was synthesized, and where it came from. */
export interface TemplateSource {
  /** File with the template. */
  readonly path: string
  /** Construct path of its stack. */
  readonly stackPath: string
  readonly content: unknown
  /** Of a nested stack: the template of the outermost stack, beside which its assets are listed. @default - itself */
  readonly outermost?: string
}

/** A resource of a template. */
export class Resource {
  readonly template: Template
  readonly logicalId: string
  readonly type: string
  readonly properties: Value
  /** Name of the condition that it exists on. */
  readonly condition: string | undefined
  readonly #declared: Value

  constructor(template: Template, logicalId: string, declared: Record<string, unknown>) {
    this.template = template
    this.logicalId = logicalId
    this.type = String(declared.Type)
    this.#declared = new Value(declared, '', template)
    this.properties = new Value(declared.Properties ?? {}, 'Properties', template)
    this.condition = declared.Condition === undefined ? undefined : String(declared.Condition)
  }

  get(...path: readonly string[]): Value {
    return this.properties.get(...path)
  }

  /** An attribute beside the properties, such as `DeletionPolicy`. */
  attribute(name: string): string | undefined {
    return this.#declared.get(name).text()
  }

  /** How other places of the app refer to it. */
  get reference(): string {
    return this.template.reference(this.logicalId)
  }
}

/** A template of the app, with what its names mean. */
export class Template implements Scope {
  readonly source: TemplateSource
  readonly resources: readonly Resource[]
  /** What is there and is no resource that can be read. */
  readonly unread: readonly string[]
  /** The resource that makes a nested stack of it. */
  parent: Resource | undefined
  readonly #app: Templates
  readonly #number: number
  readonly #content: Record<string, unknown>
  readonly #byId: ReadonlyMap<string, Resource>

  constructor(source: TemplateSource, number: number, app: Templates) {
    this.source = source
    this.#number = number
    this.#app = app
    this.#content = isRecord(source.content) ? source.content : {}
    const declared = Object.entries(section(this.#content, 'Resources'))
    const readable = (resource: unknown): resource is Record<string, unknown> =>
      isRecord(resource) && typeof resource.Type === 'string'
    this.resources = declared.flatMap(([id, resource]) =>
      readable(resource) ? [new Resource(this, id, resource)] : [],
    )
    this.#byId = new Map(this.resources.map(resource => [resource.logicalId, resource]))
    this.unread = [
      // A stack without resources has no such section, and nothing that could be wrong.
      ...(isRecord(source.content) && isRecord(source.content.Resources ?? {}) ? [] : ['Resources']),
      ...declared.filter(([, resource]) => !readable(resource)).map(([id]) => `Resources.${id}`),
      ...('Transform' in this.#content ? ['Transform'] : []),
      ...Object.keys(this.#content).filter(name => name.startsWith('Fn::')),
    ]
  }

  find(logicalId: string): Resource | undefined {
    return this.#byId.get(logicalId)
  }

  reference(logicalId: string, attribute?: string): string {
    return `\${#${this.#number}/${logicalId}${attribute === undefined ? '' : `.${attribute}`}}`
  }

  ref(name: string): unknown {
    const resource = this.find(name)
    if (resource && tellsAnything(resource)) throw new CannotTell(`${name} says itself what it is called`)
    if (resource) return this.reference(name)
    // The parent of a nested stack passes what this one refers to.
    const passed = this.parent?.get('Parameters', name)
    if (passed?.isPresent) return this.#app.unlessUnderWay(`${this.#number} ${name}`, () => passed.text())
    throw new CannotTell(`parameter ${name} is set at deployment`)
  }

  attribute(logicalId: string, name: string): unknown {
    const resource = this.find(logicalId)
    if (!resource) throw new CannotTell(`there is no resource ${logicalId}`)
    const handedOver = this.#handedOver(resource, name)
    if (handedOver) return this.#app.unlessUnderWay(`${this.#number} ${logicalId}.${name}`, handedOver)
    if (tellsAnything(resource, name)) throw new CannotTell(`${logicalId} says itself what ${name} is`)
    return this.reference(logicalId, name)
  }

  /** What an attribute gives that another place says. Undefined of any other attribute. */
  #handedOver(resource: Resource, name: string): (() => unknown) | undefined {
    if (resource.type === 'AWS::CloudFormation::Stack' && name.startsWith('Outputs.'))
      return () => this.#app.nestedIn(resource).output(name.slice('Outputs.'.length)).text()
    // Its value, and not what names it.
    if (resource.type === 'AWS::SSM::Parameter' && name === 'Value') return () => resource.get('Value').text()
    // Of CDK: what a stack of another region exports.
    if (resource.type === 'Custom::CrossRegionExportReader')
      return () => this.#app.exportedAcross(name).text()
    return undefined
  }

  exported(name: string): unknown {
    return this.#app.unlessUnderWay(name, () => this.#app.exported(name).text())
  }

  hides(parameter: string): boolean {
    const { NoEcho } = Object(section(this.#content, 'Parameters')[parameter]) as {
      readonly NoEcho?: unknown
    }
    return this.find(parameter) === undefined && /^true$/i.test(String(NoEcho))
  }

  output(name: string): Value {
    const value = new Value(section(this.#content, 'Outputs'), 'Outputs', this).get(name, 'Value')
    if (!value.isPresent) throw new CannotTell(`there is no output ${name}`)
    return value
  }

  /** Values that it exports under a name. */
  exporting(name: string): Value[] {
    return new Value(section(this.#content, 'Outputs'), 'Outputs', this)
      .members()
      .filter(([, output]) => known(() => output.get('Export', 'Name').text()) === name)
      .map(([, output]) => output.get('Value'))
  }
}

/** Of CDK: it is called by the ARN that IAM made. */
const ownProvider = 'Custom::AWSCDKOpenIdConnectProvider'

/** What code or people decide at deployment, which may be any text, `*` among them. */
const tellsAnything = ({ type }: Resource, attribute?: string): boolean =>
  !(type.startsWith('AWS::') || (type === ownProvider && attribute === undefined)) ||
  type === 'AWS::CloudFormation::CustomResource' ||
  (attribute !== undefined &&
    (type === 'AWS::CloudFormation::WaitCondition' || attribute.startsWith('Outputs.')))

function section(content: Record<string, unknown>, name: string): Record<string, unknown> {
  const found = Object.hasOwn(content, name) ? content[name] : undefined
  return isRecord(found) ? found : {}
}
