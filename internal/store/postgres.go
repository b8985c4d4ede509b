package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// server is a database in a database of PostgreSQL.
type server struct{ config *pgx.ConnConfig }

// String names the database, and never its password.
func (s server) String() string {
	return fmt.Sprintf("the database %s at %s", s.config.Database, net.JoinHostPort(s.config.Host, strconv.Itoa(int(s.config.Port))))
}

// schema holds our tables, and nobody else's.
const schema = "adtally"

// connectTimeout is how long a server has to answer, where its address does
// not say.
const connectTimeout = 10 * time.Second

// settings hold for every connection.
var settings = map[string]string{
	"application_name": "adtally",
	"search_path":      schema,
	// A commit that was acknowledged survives a power cut, whatever the server
	// does for others.
	"synchronous_commit": "on",
	// A worker that stands still keeps nobody waiting for its transaction.
	"idle_in_transaction_session_timeout": "30s",
	// A claim lives as long as its connection, however little is said there; and
	// the server notices after a minute, not after hours, that a machine is gone.
	"idle_session_timeout":    "0",
	"tcp_keepalives_idle":     "30",
	"tcp_keepalives_interval": "10",
	"tcp_keepalives_count":    "3",
}

func openServer(address string) (*DB, error) {
	config, err := pgxpool.ParseConfig(address) // it knows pool_max_conns, as River does
	if err != nil {
		return nil, misspelt() // err may show the password
	}
	c := config.ConnConfig
	for name, value := range settings {
		c.RuntimeParams[name] = value
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	handle := stdlib.OpenDB(*c) // connects nothing yet
	handle.SetMaxOpenConns(int(config.MaxConns))
	handle.SetMaxIdleConns(int(config.MaxConns))
	handle.SetConnMaxIdleTime(config.MaxConnIdleTime)
	handle.SetConnMaxLifetime(config.MaxConnLifetime)
	return &DB{sql: handle, backend: server{c}, bind: numbered, clock: "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"}, nil
}

// serverVersionTable tells a database from the tables of another program.
const serverVersionTable = "schema_version"

// prepare changes the database only after our schema was found to be ours, or
// empty, or not there.
func (s server) prepare(ctx context.Context, db *DB) error {
	p, err := provider(goose.DialectPostgres, db.sql, "postgres", serverVersionTable)
	if err != nil {
		return err
	}
	if err := s.refuse(ctx, db, latest(p)); err != nil {
		return err
	}
	return db.migrate(ctx, p, func(ctx context.Context, _ int64) error { return makeSchema(ctx, db) })
}

func (s server) refuse(ctx context.Context, db *DB, known int64) error {
	version, err := s.version(ctx, db.sql)
	if errors.Is(err, errNotOurs) {
		return foreign(s)
	}
	if err != nil {
		return db.failed(ctx, "read the version", err)
	}
	return unfit(s, version, known)
}

func (s server) version(ctx context.Context, handle *sql.DB) (version int64, err error) {
	var there bool
	var things int
	err = handle.QueryRowContext(ctx, `SELECT coalesce(bool_or(relname = $1), false), count(*)
		FROM pg_class WHERE relnamespace = to_regnamespace($2)`, serverVersionTable, schema).Scan(&there, &things)
	if err == nil && !there && things > 0 {
		err = errNotOurs
	}
	if err != nil || !there {
		return 0, err
	}
	err = handle.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+serverVersionTable).Scan(&version)
	return version, err
}

// makeSchema asks first: who may not make a schema may still use one that is
// there.
func makeSchema(ctx context.Context, db *DB) error {
	return db.write(ctx, "make the schema", func(tx txn) error {
		var there bool
		err := tx.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&there) }, "SELECT to_regnamespace(?) IS NOT NULL", schema)
		if err == nil && !there {
			_, err = tx.exec(ctx, "CREATE SCHEMA "+schema)
		}
		return err
	})
}

// claim takes a lock that PostgreSQL ends with the connection, which is the
// claim's own. Whoever loses the connection has lost the claim: what must never
// be done twice is guarded by a lease as well.
func (s server) claim(ctx context.Context) (release func(), err error) {
	conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
	if err != nil {
		return nil, err
	}
	var ours bool
	if err = conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", signature).Scan(&ours); err == nil && !ours {
		err = errTaken
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	return sync.OnceFunc(func() { letGo(conn) }), nil
}

// letGo ends the lock before it returns: a server learns of a closed connection
// a little later. Where that fails, the lock ends with the connection.
func letGo(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	_, _ = conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", signature)
	_ = conn.Close(ctx)
}
