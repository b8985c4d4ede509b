// Package mcp lets assistants ask questions: a server of the Model Context Protocol over
// HTTP, without sessions.
//
// It may not write anything but its log, reach the network, or know who holds a key: the
// caller admits the request and passes the Principal. Names of campaigns and other values of
// dimensions are written by advertisers and may contain instructions for the model. Its one
// rule: such a text appears only as a value of a row, cleaned, and never in a tool, an error
// or a warning.
//
// # Adding a tool
//
// Describe it in tools.json with the schemas of its input and output, and add its function
// to tools (tool.go). The description is constant text: a test has the hash of the list, so
// that every change of it is seen in a review. A tool only reads.
package mcp
