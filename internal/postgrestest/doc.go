// Package postgrestest starts a PostgreSQL server for tests, from the packages on this
// machine, and gives each test its own database.
//
// It imports none of our packages. The server and its files are removed when the test
// process ends, however it ends.
package postgrestest
