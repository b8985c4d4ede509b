// Package house is for the law of the house: who may import whom, and what
// every file owes its reader.
//
// It may import nothing of ours: it reads the files as text, so that no build
// and no cache stands between the law and what is written. The one rule it
// keeps: a folder without a row in the table is an error, so that no room is
// built without a decision.
package house
