// Package postgrestest is for tests that need PostgreSQL: it starts a server of
// their own from the packages on this machine, and gives each test a database.
//
// It may import nothing of ours. The one rule it keeps: the server is gone, and
// its files with it, when the test process is, however that ends.
package postgrestest
