// Package subscription sends dashboards: it prepares the figures, files and message of what is
// due, and stores them to be sent by package notify.
//
// It imports the root package, the semantic layer and the messages of notify, never a database,
// a warehouse or a browser. Its one rule: every figure that it sends was asked for under the
// subscription's lock, as for the holder of a share link.
package subscription
