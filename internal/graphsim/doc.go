// Package graphsim simulates Meta's Marketing API: a server with the same wire format, for
// the ad accounts that it is given.
//
// It imports nothing of ours outside graphsim. It was written from Meta's specifications
// and from recordings, never from our client, so that each can catch the other's mistakes.
// It rejects what it does not model and never invents an answer. docs/meta-api.md
// describes the behaviour it reproduces.
package graphsim
