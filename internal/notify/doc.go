// Package notify tells people what is wrong, by mail, chat or signed webhook.
//
// It imports the root package, never a platform or a database. Its one rule: for each
// incident, people get one message when it opens, one for each stage in which it grows
// worse, and one when it is resolved.
//
// Pure functions of facts and time detect what is wrong: Failed, StepResult, Drifted
// and Late. Decide compares the result with the open incidents, and returns which to
// store and what to send. The caller stores both in one transaction, so that no
// message is lost or sent twice, and passes the messages to a Sender.
package notify
