import { CannotTell, known } from './cannot-tell.ts'
import { isRecord } from './intrinsics.ts'
import { type Resource, Template, type TemplateSource } from './template.ts'
import { Value } from './value.ts'

/** A file that goes along with a template, found by the text that says where it will be. */
export type ReadAsset = (location: string, beside: TemplateSource) => AssetFile | undefined
export interface AssetFile {
  readonly path: string
  readonly content: unknown
}

/** All templates of an app, with what they refer to in each other. */
export class Templates {
  readonly all: readonly Template[]
  readonly #readAsset: ReadAsset
  readonly #nested = new Map<Resource, Template>()
  readonly #underWay = new Set<string>()

  /** @param readAsset gives the JSON of an asset; undefined for what is none, or no JSON */
  constructor(sources: readonly TemplateSource[], readAsset: ReadAsset = () => undefined) {
    this.#readAsset = readAsset
    const all: Template[] = []
    this.all = all
    const add = (source: TemplateSource, parent?: Resource) => {
      const template = new Template(source, all.length, this)
      template.parent = parent
      if (parent) this.#nested.set(parent, template)
      all.push(template)
      for (const resource of template.resources) {
        const file = resource.type === nestedStack ? this.#nestedFile(resource, parent) : undefined
        if (!file) continue
        add({ ...file, stackPath: source.stackPath, outermost: source.outermost ?? source.path }, resource)
      }
    }
    for (const source of sources) add(source)
  }

  of(...types: readonly string[]): Resource[] {
    return this.all.flatMap(({ resources }) => resources.filter(({ type }) => types.includes(type)))
  }

  nestedIn(resource: Resource): Template {
    const nested = this.#nested.get(resource)
    if (!nested) throw new CannotTell(`the template of ${resource.logicalId} is not at hand`)
    return nested
  }

  /** Reads what another place hands over. One that hands over itself has no end, and CloudFormation refuses it. */
  unlessUnderWay<T>(name: string, read: () => T): T {
    if (this.#underWay.has(name)) throw new CannotTell(`${name} refers to itself`)
    this.#underWay.add(name)
    try {
      return read()
    } finally {
      this.#underWay.delete(name)
    }
  }

  exported(name: string): Value {
    const [value, ...more] = this.all.flatMap(template => template.exporting(name))
    if (!value) throw new CannotTell('no stack of this app exports what is imported')
    if (more.length > 0) throw new CannotTell('several stacks of this app export what is imported')
    return value
  }

  /** What a stack hands over to one of another region, by CDK's own custom resources. */
  exportedAcross(name: string): Value {
    const [value, ...more] = this.of('Custom::CrossRegionExportWriter')
      .map(writer => writer.get('WriterProps', 'exports', name))
      .filter(each => each.isPresent)
    if (!value || more.length > 0) throw new CannotTell(`no one stack of this app exports ${name}`)
    return value
  }

  /** The resource that a text is a reference to. Undefined for any other text. */
  referred(text: string | undefined): Resource | undefined {
    const [, number, logicalId = ''] = /^\$\{#(\d+)\/([^./}]+)(?:\.[^}]*)?\}$/.exec(text ?? '') ?? []
    return number === undefined ? undefined : this.all[Number(number)]?.find(logicalId)
  }

  /** The resource that something must be about. */
  target(value: Value): Resource {
    const found = this.referred(value.text())
    if (!found) throw new CannotTell(`${value.at} names nothing of this app`)
    return found
  }

  /** What lies in a bucket of assets. */
  asset(location: string, at: string, beside: Template): Value {
    const file = this.#readAsset(location, beside.source)
    if (!file) throw new CannotTell(`what lies at ${at} is not at hand`)
    return new Value(file.content, at, beside)
  }

  #nestedFile(resource: Resource, parent: Resource | undefined): AssetFile | undefined {
    // A template that contains itself has no end.
    for (let above = parent; above; above = above.template.parent) if (above === resource) return undefined
    const location = known(() => resource.get('TemplateURL').text()) ?? ''
    const file = this.#readAsset(location, resource.template.source)
    const isAbove = (template: Template): boolean =>
      template.source.path === file?.path ||
      (template.parent !== undefined && isAbove(template.parent.template))
    return file && isRecord(file.content) && !isAbove(resource.template) ? file : undefined
  }
}

export const nestedStack = 'AWS::CloudFormation::Stack'

/**
 * Whether one resource can be counted on where another is: what exists only on a condition of its own, or in a nested stack that does, may
 * be missing.
 * @returns the first, or throws `CannotTell`
 */
export function certain(resource: Resource, beside: Resource): Resource {
  const shared = conditionsOf(beside)
  for (const [template, names] of conditionsOf(resource)) {
    // Conditions of one name in two templates are two conditions.
    const missing = [...names].find(name => shared.get(template)?.has(name) !== true)
    if (missing !== undefined) throw new CannotTell(`${resource.logicalId} is there only if ${missing}`)
  }
  return resource
}

/** What must hold for a resource to exist, by template: its own condition, and those of the nested stacks it is in. */
function conditionsOf(resource: Resource): ReadonlyMap<Template, ReadonlySet<string>> {
  const all = new Map<Template, Set<string>>()
  for (let each: Resource | undefined = resource; each; each = each.template.parent) {
    if (each.condition === undefined) continue
    all.set(each.template, (all.get(each.template) ?? new Set()).add(each.condition))
  }
  return all
}
