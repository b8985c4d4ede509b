// Package graphsim is for standing in for Meta: a server that speaks the
// Marketing API's own wire format over the ad accounts it is given.
//
// It may not know anything of ours outside graphsim, and is written from Meta's
// specs and from recordings, never from our client, so that each can catch the
// other. The one rule it keeps: what it does not model it refuses; it never
// makes up an answer. SIM-n names a rule of the notes on the API's behaviour
// that it was written from.
package graphsim
