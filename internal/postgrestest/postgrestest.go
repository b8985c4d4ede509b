package postgrestest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// started starts the one server of this process.
var started = sync.OnceValues(launch)

var databases atomic.Int64

// Start returns the address of a new, empty database and drops it when the test ends. The
// user has all rights in it. If PostgreSQL is not installed, the test is skipped.
func Start(t testing.TB) string {
	t.Helper()
	return running(t).database(t, "")
}

// original guards the database that Copy copies, which fill has filled.
var original struct {
	sync.Mutex
	filled bool
}

// Copy is like Start, but the database is a copy of one that fill has filled. It calls fill once for
// the process, which must always call Copy with the same one. fill closes its connections.
func Copy(t testing.TB, fill func(address string) error) string {
	t.Helper()
	s := running(t)
	original.Lock()
	defer original.Unlock()
	if !original.filled {
		s.must(t, "CREATE DATABASE original")
		if err := fill(s.address("original")); err != nil {
			t.Fatal(err)
		}
		original.filled = true
	}
	return s.database(t, " TEMPLATE original")
}

// running is the server, which it starts if it does not run yet.
func running(t testing.TB) *server {
	t.Helper()
	folder := installed()
	if folder == "" {
		t.Skip("PostgreSQL is not installed here: tools/need postgres installs it")
	}
	s, err := started()
	if err != nil {
		t.Fatalf("start PostgreSQL from %s: %v", folder, err)
	}
	return s
}

// database creates a database for one test.
func (s *server) database(t testing.TB, like string) string {
	t.Helper()
	name := fmt.Sprintf("test%d", databases.Add(1))
	s.must(t, "CREATE DATABASE "+name+like)
	t.Cleanup(func() { s.must(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return s.address(name)
}

// must runs a statement outside of the tests' databases.
func (s *server) must(t testing.TB, statement string) {
	t.Helper()
	ctx := context.Background() // the test's context has ended when Cleanup runs
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}
