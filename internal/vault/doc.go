// Package vault is for keeping keys: it seals secrets, keeps every version of
// them, and opens them just before use.
//
// It may import the domain types, never a platform or a database. The one
// rule it keeps: what the database holds is worth nothing without a key, and the
// key is never in the database.
//
// A secret is sealed with XChaCha20-Poly1305 and a random nonce. The name of the
// credential and the number of the version are sealed with it, so that nothing
// that was moved from one row to another opens there. In front stands the id of
// the key, so that keys can be changed while everything stays open: what a key
// change has not reached yet is opened with the key before.
//
// Which key seals is said by the database alone. A process that has not heard of a
// new key cannot seal with the old one, for the database refuses it.
package vault
