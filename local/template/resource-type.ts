import { place } from './intrinsics.ts'

/** How the local cloud treats the properties of one resource type. A property on neither list stops the start. */
export interface ResourceType {
  /** Properties it acts upon. */
  readonly used: readonly string[]
  /** Properties without effect here, and why. */
  readonly inert: Readonly<Record<string, string>>
  /** What `Ref` gives; by default a name made of stack and logical id. `property` gives one of it, without CloudFormation's functions. */
  readonly ref?: (stack: string, logicalId: string, property: (name: string) => unknown) => string
  /** Attributes beside the ref, from the ref. */
  readonly attributes?: Readonly<Record<string, (ref: string) => string>>
}

/** An ARN of the place where the app runs here. */
export const arn = (service: string, resource: string) =>
  `arn:${place.partition}:${service}:${place.region}:${place.account}:${resource}`

/** Resources that never see a request: accepted whole. */
export const beside = (reason: string, attributes: ResourceType['attributes'] = {}): ResourceType => ({
  used: [],
  inert: { '*': reason },
  attributes,
})
