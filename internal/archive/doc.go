// Package archive is for backups: one file that holds others, says what it holds,
// and can be checked before anything of it is used.
//
// It may know the words of the house, and neither database nor warehouse. The one
// rule it keeps: what it unpacks is whole and unchanged, or it is refused.
//
// The file is a tar, packed with Zstandard. Its first entry is the manifest, which
// names every other with its size and SHA-256; they follow in the same order.
package archive
