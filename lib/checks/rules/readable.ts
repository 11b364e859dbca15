import { type Finding, type Rule, undecided } from '../rule.ts'
import { CannotTell } from '../template/cannot-tell.ts'
import type { Template } from '../template/template.ts'
import { nestedStack } from '../template/templates.ts'

/** All other rules judge what stands in a template. What is put there at deployment none of them has seen. */
export const readable: Rule = {
  id: 'ZT-READABLE',
  title: 'What will be deployed is what is in the templates',
  fix: 'Write out what a macro, a module or a template from elsewhere would add, or deploy nested stacks by CDK’s NestedStack; else judge that by itself, and acknowledge this.',
  types: ['*'],
  judge(resource, app) {
    if (resource.type === nestedStack) app.nestedIn(resource)
    if (templatesOfTheirOwn.includes(resource.type))
      throw new CannotTell('it is made of templates of its own')
    if (resource.type.endsWith('::MODULE')) throw new CannotTell('a module adds resources')
    // Throws where a macro makes them.
    resource.attribute('Type')
    resource.properties.members()
    return []
  },
}

const templatesOfTheirOwn = [
  'AWS::CloudFormation::StackSet',
  'AWS::ServiceCatalog::CloudFormationProvisionedProduct',
]

/** What of a template is none that rules can be asked about. */
export const unreadable = (template: Template): Finding[] =>
  template.unread.map(at => undecided(new CannotTell(`${at} is made at deployment, or is no resource`), at))
