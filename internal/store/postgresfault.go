package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"adtally"
)

// PostgreSQL's error codes (appendix A of its manual).
var (
	collisions = []string{"40001", "40P01"}                   // retry the transaction
	refusals   = []string{"28000", "28P01"}                   // user, password, pg_hba.conf
	limits     = []string{"25006", "42501"}                   // read-only, not permitted
	farewells  = []string{"57P01", "57P02", "57P03", "57P05"} // the server shuts down, starts, or closes the connection
)

const (
	noSuchDatabase     = "3D000"
	tooManyConnections = "53300"
	noRoom             = "53100"
)

// sqlState returns PostgreSQL's code of an error, or "".
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// isConflict reports whether a transaction failed only because of another one.
func isConflict(err error) bool { return slices.Contains(collisions, sqlState(err)) }

// lost reports whether the connection failed.
func lost(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return slices.Contains(farewells, sqlState(err)) ||
		slices.ContainsFunc([]error{driver.ErrBadConn, pgconn.ErrConnClosed, io.EOF, io.ErrUnexpectedEOF}, func(e error) bool { return errors.Is(err, e) })
}

// redacted keeps only the text of a connection error, because the error itself contains the
// password.
func redacted(err error) error {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return errors.New(err.Error())
	}
	return err
}

// badAddress does not quote the address, which may contain a password.
func badAddress() *adtally.Fault {
	return configure("database_address", "the address of the database cannot be read",
		"Use the form postgres://USER:PASSWORD@HOST:5432/DATABASE, with special characters in the password as %XX; ?sslmode=verify-full at the end asks for a proven server.", nil)
}

func foreign(s server) *adtally.Fault {
	return configure("database_unreadable", "the schema "+schema+" in "+s.String()+" holds tables of another program",
		"Use a separate database for adtally, or one without this schema.", errNotOurs)
}

func (s server) mendable(err error) *adtally.Fault {
	code, gone, err := sqlState(err), lost(err), redacted(err)
	switch {
	case slices.Contains(refusals, code):
		return configure("database_refused", s.String()+" rejects the user "+s.config.User,
			"Check the user and the password in the database's address, and that the server's pg_hba.conf lets this machine in.", err)
	case code == noSuchDatabase:
		return configure("database_missing", s.String()+" does not exist",
			"Create it: createdb --owner="+s.config.User+" "+s.config.Database, err)
	case code == noRoom:
		return adtally.DiskFull(s.String(), err)
	case slices.Contains(limits, code):
		return configure("database_unwritable", s.String()+" cannot be written by "+s.config.User,
			"Give the user the right to create the schema "+schema+", or its ownership, and use the primary server, not a standby.", err)
	case code == tooManyConnections:
		return configure("database_busy", s.String()+" has no connection left",
			"Increase max_connections on the server, or append &pool_max_conns=4 to the database's address.", err)
	case gone:
		return configure("database_unreachable", s.String()+" does not answer",
			"Check that the server is running, and the host, port and sslmode in the database's address.", err)
	}
	return nil
}
