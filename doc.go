// Package adtally is the words of the house: the nouns that every room uses
// and that carry no technology with them.
//
// It may import the standard library only, and nothing here may do I/O. The
// one rule it keeps: a word means one thing, and it is the thing that
// docs/WORDS.md says.
package adtally
