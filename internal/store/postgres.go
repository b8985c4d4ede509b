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

// server is a database on a PostgreSQL server.
type server struct{ config *pgx.ConnConfig }

// String names the database without its password.
func (s server) String() string {
	return fmt.Sprintf("the database %s at %s", s.config.Database, net.JoinHostPort(s.config.Host, strconv.Itoa(int(s.config.Port))))
}

// schema has our tables only.
const schema = "adtally"

// connectTimeout is used if the URL has no connect_timeout.
const connectTimeout = 10 * time.Second

// settings are the settings of every connection.
var settings = map[string]string{
	"application_name": "adtally",
	"search_path":      schema,
	// An acknowledged commit survives a power cut, whatever the server's default is.
	"synchronous_commit": "on",
	// A frozen worker must not block others with an open transaction.
	"idle_in_transaction_session_timeout": "30s",
	// A lock lasts as long as its connection, so an idle connection must stay open, and the
	// server must notice a lost machine within a minute.
	"idle_session_timeout":    "0",
	"tcp_keepalives_idle":     "30",
	"tcp_keepalives_interval": "10",
	"tcp_keepalives_count":    "3",
}

func openServer(address string) (*DB, error) {
	config, err := pgxpool.ParseConfig(address) // accepts pool_max_conns, as River does
	if err != nil {
		return nil, badAddress() // err may contain the password
	}
	c := config.ConnConfig
	for name, value := range settings {
		c.RuntimeParams[name] = value
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	handle := stdlib.OpenDB(*c) // does not connect yet
	handle.SetMaxOpenConns(int(config.MaxConns))
	handle.SetMaxIdleConns(int(config.MaxConns))
	handle.SetConnMaxIdleTime(config.MaxConnIdleTime)
	handle.SetConnMaxLifetime(config.MaxConnLifetime)
	return &DB{sql: handle, backend: server{c}, bind: numbered, clock: "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"}, nil
}

// serverVersionTable distinguishes our schema from another program's.
const serverVersionTable = "schema_version"

// prepare changes the database only if the schema is ours, empty or missing.
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
	return versionFault(s, version, known)
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

// makeSchema creates the schema if it is missing: a user without the right to create one can
// still use an existing one.
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

// claim takes a session lock on its own connection. If the connection is lost, so is the
// lock; therefore leases also guard what must never happen twice.
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
	return sync.OnceFunc(func() { releaseLock(conn) }), nil
}

// releaseLock unlocks explicitly, because the server notices a closed connection only later. If
// that fails, the lock ends with the connection.
func releaseLock(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	_, _ = conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", signature)
	_ = conn.Close(ctx)
}
