package store_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"adtally"
	"adtally/internal/postgrestest"
	"adtally/internal/store"
)

// secret is the password in addresses without a server.
const secret = "dont%2Fshow+me"

// with changes an address.
func with(t *testing.T, address string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

// closed is an address on this machine without a listener.
func closed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// silent is an address whose listener never answers.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestOpen_UnusableServer(t *testing.T) {
	t.Parallel()
	address := postgrestest.Start(t)
	for name, c := range map[string]struct{ address, code string }{
		"wrong password": {with(t, address, func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "dont/show me") }), "database_refused"},
		"wrong user":     {with(t, address, func(u *url.URL) { u.User = url.UserPassword("nobody", "dont/show me") }), "database_refused"},
		"no database":    {with(t, address, func(u *url.URL) { u.Path = "/nowhere" }), "database_missing"},
		"nobody there":   {"postgres://me:" + secret + "@" + closed(t) + "/x", "database_unreachable"},
		"no answer":      {"postgres://me:" + secret + "@" + silent(t) + "/x?connect_timeout=1", "database_unreachable"},
		"unknown host":   {"postgresql://me:" + secret + "@no-such-host.invalid/x", "database_unreachable"},
		"must be proven": {with(t, address, func(u *url.URL) { u.RawQuery = "sslmode=verify-full" }), "database_unreachable"},
		"no port":        {"postgres://me:" + secret + "@host:port/x", "database_address"},
		"no address":     {"postgres://me:" + secret + "@%zz/x", "database_address"},
		"wrong setting":  {"postgres://me:" + secret + "@127.0.0.1/x?sslmode=perhaps", "database_address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := store.Open(ctx, c.address)
			if err == nil {
				_ = db.Close()
			}
			f := adtally.FaultOf(err)
			if f == nil || f.Code != c.code || f.Act != adtally.Configure || f.Hint == "" {
				t.Fatalf("it says %v", err)
			}
			hidden(t, c.address, err)
		})
	}
}

// hidden: neither what is printed of an error nor what can be found in it holds
// the password.
func hidden(t *testing.T, address string, err error) {
	t.Helper()
	said := fmt.Sprintf("%v %+v %#v %s", err, err, err, adtally.FaultOf(err).Hint)
	passwords := []string{secret, "dont/show+me", "dont/show me", "show"}
	if u, err := url.Parse(address); err == nil {
		p, _ := u.User.Password()
		passwords = append(passwords, p)
	}
	for _, p := range passwords {
		if strings.Contains(said, p) {
			t.Errorf("it shows %q: %s", p, said)
		}
	}
	if e, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		t.Errorf("it carries the password: %v", e)
	}
	if e, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		t.Errorf("it carries the address: %v", e)
	}
}

func TestOpen_RefusesNewerAndForeignSchemas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statement, code string }{
		"newer":    {"INSERT INTO adtally.schema_version (version_id, is_applied) VALUES (9999, true)", "database_newer"},
		"stranger": {"DROP SCHEMA adtally CASCADE; CREATE SCHEMA adtally; CREATE TABLE adtally.theirs (x INT)", "database_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := postgrestest.Start(t)
			if err := open(t, address).Close(); err != nil {
				t.Fatal(err)
			}
			change(t, "pgx", address, c.statement)
			before := column(t, "pgx", address, everything)
			db, err := store.Open(ctx, address)
			if err == nil {
				_ = db.Close()
			}
			if f := adtally.FaultOf(err); f == nil || f.Code != c.code || f.Act != adtally.Configure || f.Hint == "" {
				t.Errorf("it says %v", err)
			}
			hidden(t, address, err)
			same(t, "the database", column(t, "pgx", address, everything), before)
		})
	}
}

// everything lists all tables, indexes and sequences, with the transaction that last
// changed each.
const everything = `SELECT n.nspname || '.' || c.relname || ' ' || c.xmin || ' ' || c.relfilenode || ' ' || n.xmin
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')`

func TestOpen_LeavesOtherTablesAlone(t *testing.T) {
	t.Parallel()
	address := postgrestest.Start(t)
	change(t, "pgx", address, "CREATE TABLE runs (theirs INT); CREATE TABLE goose_db_version (version_id BIGINT); INSERT INTO goose_db_version VALUES (70000)")
	db := open(t, address)
	if err := db.BeginRun(ctx, adtally.Run{ID: "1", Source: "s", State: adtally.Running}); err != nil {
		t.Fatal(err)
	}
	same(t, "their tables", column(t, "pgx", address, "SELECT (SELECT count(*) FROM public.runs) || ' ' || (SELECT max(version_id) FROM public.goose_db_version)"), []string{"0 70000"})
}

// Who may not make a schema may use one that was made for them; who has none is
// told.
func TestOpen_LimitedUser(t *testing.T) {
	t.Parallel()
	address := postgrestest.Start(t)
	role := "few_" + strings.TrimPrefix(with(t, address, func(u *url.URL) { u.RawQuery, u.User, u.Host, u.Scheme = "", nil, "", "" }), "/")
	change(t, "pgx", address, "CREATE ROLE "+role+" LOGIN PASSWORD 'few'")
	t.Cleanup(func() { change(t, "pgx", address, "DROP OWNED BY "+role+" CASCADE; DROP ROLE "+role) })
	mine := with(t, address, func(u *url.URL) { u.User = url.UserPassword(role, "few") })
	if _, err := store.Open(ctx, mine); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Code != "database_unwritable" {
		t.Errorf("without a schema: %v", err)
	}
	change(t, "pgx", address, "CREATE SCHEMA adtally AUTHORIZATION "+role)
	open(t, mine)
}

// A server that goes away in the middle is named, and when it is back the database
// goes on with new connections.
func TestStore_Reconnects(t *testing.T) {
	t.Parallel()
	address := postgrestest.Start(t)
	db := open(t, address)
	err := db.Count(ctx, func() error {
		change(t, "pgx", address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		return nil
	})
	if f := adtally.FaultOf(err); f == nil || f.Code != "database_unreachable" {
		t.Errorf("it says %v", err)
	}
	hidden(t, address, err)
	if err := db.Count(ctx, nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// The claim is PostgreSQL's to end: it is free again when its connection is gone.
func TestLock_EndsWithItsConnection(t *testing.T) {
	t.Parallel()
	address := postgrestest.Start(t)
	unlock, err := open(t, address).Lock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	other := open(t, address)
	if _, err := other.Lock(ctx); adtally.FaultOf(err).Code != "sync_running" {
		t.Fatalf("a second sync: %v", err)
	}
	change(t, "pgx", address, "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
	again, err := other.Lock(ctx)
	if err != nil {
		t.Fatalf("after the connection: %v", err)
	}
	again()
}

// Whatever the server does for others, a commit of ours waits for the
// disk.
func TestStore_SynchronousCommit(t *testing.T) {
	t.Parallel()
	address := postgrestest.Start(t)
	change(t, "pgx", address, "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = off'; END $$")
	same(t, "others", column(t, "pgx", address, "SELECT current_setting('synchronous_commit')"), []string{"off"})
	if got, err := open(t, address).Setting(ctx, "synchronous_commit"); got != "on" || err != nil {
		t.Errorf("it is %s, %v", got, err)
	}
}

func TestOpen_PoolLimit(t *testing.T) {
	t.Parallel()
	db := open(t, with(t, postgrestest.Start(t), func(u *url.URL) { u.RawQuery = "pool_max_conns=1" }))
	err := db.Count(ctx, func() error {
		late, stop := context.WithTimeout(ctx, 100*time.Millisecond)
		defer stop()
		_, err := db.Tuning(late, "s", "7", "n")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second connection was made: %v", err)
	}
}
