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
	folder := installed()
	if folder == "" {
		t.Skip("PostgreSQL is not installed here: tools/need postgres installs it")
	}
	s, err := started()
	if err != nil {
		t.Fatalf("start PostgreSQL from %s: %v", folder, err)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	s.must(t, "CREATE DATABASE "+name)
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
