// Package marketing fills the dataset adtally of a warehouse: what all sources and uploads
// have in common, and what is computed from it for the semantic layer.
//
// Connectors declare how their tables map to it (adtally.Marketing); this package must not
// know a platform. Its one rule: an ad account counts once, even if two sources sync it.
package marketing
