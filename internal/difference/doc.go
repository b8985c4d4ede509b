// Package difference finds out why a figure that somebody saw on an ad platform's own page
// differs from ours. It reads the platform's tables, counts the same thing in all the ways
// that usually explain a difference, alone and in pairs, and says which one gives the figure.
//
// The package must not know a platform or a warehouse, and it opens no connection: the
// connector declares the tables, windows and action types (adtally.ShownFigures). Its one
// rule: an explanation gives exactly the figure that was seen, at the decimals that were
// seen; what is only near is called near.
package difference
