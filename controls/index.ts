export type { Control } from '../contract/control.ts'
export {
  type ControlComplaint,
  ControlError,
  type ControlErrorCode,
  ControlIncomplete,
} from './control-error.ts'
export type { Entry, Verb } from './journal.ts'
export type { Listed } from './listing.ts'
export { type Change, type Controls, type ControlsOptions, openControls } from './open-controls.ts'
export type { Kept, Reason, Shortening } from './orders.ts'
export type { Standing } from './shared-item.ts'
export type {
  AddressTarget,
  ClientTarget,
  ListedTarget,
  RouteTarget,
  SubjectTarget,
  TokenTarget,
  UpstreamTarget,
} from './targets.ts'
