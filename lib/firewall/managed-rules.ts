/**
 * AWS's own groups of rules, and of each the rules that refuse. Known by name, since WAF ignores what is said of a rule that it does not
 * know: a misspelt exception would be none, and one for a rule that was renamed would end unseen.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
 */
export const managedGroups = {
  ipReputation: {
    name: 'AWSManagedRulesAmazonIpReputationList',
    judges: 'addresses',
    // Its third, AWSManagedIPDDoSList, only counts.
    rules: ['AWSManagedIPReputationList', 'AWSManagedReconnaissanceList'],
  },
  anonymousIp: {
    name: 'AWSManagedRulesAnonymousIpList',
    judges: 'addresses',
    rules: ['AnonymousIPList', 'HostingProviderIPList'],
  },
  knownBadInputs: {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    judges: 'requests',
    rules: [
      'JavaDeserializationRCE_HEADER',
      'JavaDeserializationRCE_BODY',
      'JavaDeserializationRCE_URIPATH',
      'JavaDeserializationRCE_QUERYSTRING',
      'Host_localhost_HEADER',
      'PROPFIND_METHOD',
      'ExploitablePaths_URIPATH',
      'Log4JRCE_HEADER',
      'Log4JRCE_QUERYSTRING',
      'Log4JRCE_BODY',
      'Log4JRCE_URIPATH',
      'ReactJSRCE_BODY',
    ],
  },
  common: {
    name: 'AWSManagedRulesCommonRuleSet',
    judges: 'requests',
    // Without SizeRestrictions_BODY, in whose place the firewall has a rule of its own (rules.ts).
    rules: [
      'NoUserAgent_HEADER',
      'UserAgent_BadBots_HEADER',
      'SizeRestrictions_QUERYSTRING',
      'SizeRestrictions_Cookie_HEADER',
      'SizeRestrictions_URIPATH',
      'EC2MetaDataSSRF_BODY',
      'EC2MetaDataSSRF_COOKIE',
      'EC2MetaDataSSRF_URIPATH',
      'EC2MetaDataSSRF_QUERYARGUMENTS',
      'GenericLFI_QUERYARGUMENTS',
      'GenericLFI_URIPATH',
      'GenericLFI_BODY',
      'RestrictedExtensions_URIPATH',
      'RestrictedExtensions_QUERYARGUMENTS',
      'GenericRFI_QUERYARGUMENTS',
      'GenericRFI_BODY',
      'GenericRFI_URIPATH',
      'CrossSiteScripting_COOKIE',
      'CrossSiteScripting_QUERYARGUMENTS',
      'CrossSiteScripting_BODY',
      'CrossSiteScripting_URIPATH',
    ],
  },
} as const

export type ManagedGroup = keyof typeof managedGroups

/** A rule of one of these groups, by AWS's name. */
export type ManagedRule = (typeof managedGroups)[ManagedGroup]['rules'][number]
