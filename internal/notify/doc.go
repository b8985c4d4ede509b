// Package notify is for telling people what is wrong: what to tell them, and how
// it reaches them, by mail, chat or a signed call to a program of theirs.
//
// It may know the words of the house, never a platform or a database. The one
// rule it keeps: of one incident people hear once when it begins, once for each
// stage in which it grows worse, and once when it is over.
//
// What is wrong is seen by functions that are given facts and the time: Failed,
// Ending, Drifted, and Late, which believes no scheduler. Decide compares what is
// seen now with the incidents that are open, and says which to keep and what to
// send. Whoever calls it writes both down in one transaction, so that nothing is
// sent twice or never, and hands the messages to a Sender.
package notify
