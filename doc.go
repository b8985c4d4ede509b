// Package adtally holds the types that all packages share, such as sources, runs, windows
// and faults.
//
// It imports only the standard library and does no I/O. Each word has one meaning;
// docs/GLOSSARY.md lists the words that need an explanation.
package adtally
