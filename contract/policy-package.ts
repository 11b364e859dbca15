/**
 * What the policy of a function with a second door of its own is called, and where it lies in its layer: where Lambda has Node look
 * for packages (https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html).
 */
export const policyPackage = 'sallyport-policy'
export const policyFolder = `nodejs/node_modules/${policyPackage}`
