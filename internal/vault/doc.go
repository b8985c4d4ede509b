// Package vault seals secrets, keeps every version of them, and opens them just before
// use.
//
// It may import the domain types, never a platform or a database. The one
// rule it keeps: what the database holds is worth nothing without a key, and the
// key is never in the database.
//
// A secret is sealed with XChaCha20-Poly1305 and a random nonce. The credential's ID
// and the version's number are authenticated with it, so that a seal that is moved to
// another row does not open. The ID of the key comes first, so that keys can be
// rotated while everything stays readable: secrets that a rotation has not reached yet
// open with the former key.
//
// Only the database decides which key seals. A process that has not noticed a rotation
// cannot seal with the former key, because the database refuses it.
package vault
