// The package's own file is served by this name: see assets.ts.
export { default } from 'uplot'
