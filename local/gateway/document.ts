import { describe, UnsupportedTemplateError, unsupportedValue } from '../unsupported.ts'

/** A JSON object whose members are not yet known to be anything. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Reads an object. @throws UnsupportedTemplateError naming `place` when it is none */
export function objectAt(value: unknown, place: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnsupportedTemplateError(place, `expected an object, got ${describe(value)}`)
  }
  return value as JsonObject
}

/** Reads an object that may be absent; absent is empty. */
export function optionalObjectAt(value: unknown, place: string): JsonObject {
  return value === undefined ? {} : objectAt(value, place)
}

/** Reads an object that has no member outside `known`. */
export function closedObjectAt(value: unknown, place: string, known: readonly string[]): JsonObject {
  const object = objectAt(value, place)
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) {
      throw new UnsupportedTemplateError(
        `${place}.${key}`,
        `this field is not supported; supported: ${known.join(', ')}`,
      )
    }
  }
  return object
}

export function arrayAt(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new UnsupportedTemplateError(place, `expected an array, got ${describe(value)}`)
  }
  return value
}

export function stringAt(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new UnsupportedTemplateError(place, `expected a non-empty string, got ${describe(value)}`)
  }
  return value
}

export function booleanAt(value: unknown, place: string): boolean {
  if (typeof value !== 'boolean') {
    throw new UnsupportedTemplateError(place, `expected true or false, got ${describe(value)}`)
  }
  return value
}

/** Reads a whole number within bounds, written as a number or, as CloudFormation may do, as digits in a string. */
export function integerAt(value: unknown, place: string, bounds: { min: number; max: number }): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number) || number < bounds.min || number > bounds.max) {
    throw new UnsupportedTemplateError(
      place,
      `expected a whole number from ${bounds.min} to ${bounds.max}, got ${describe(value)}`,
    )
  }
  return number
}

/** Reads one of a closed set of strings. */
export function oneOf<T extends string>(value: unknown, place: string, allowed: readonly T[]): T {
  const found = allowed.find(candidate => candidate === value)
  if (found === undefined) throw unsupportedValue(place, value, allowed)
  return found
}
