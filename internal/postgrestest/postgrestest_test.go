package postgrestest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"adtally/internal/postgrestest"
)

func TestStart_SeparateDatabases(t *testing.T) {
	t.Parallel()
	first, second := connect(t, postgrestest.Start(t)), connect(t, postgrestest.Start(t))
	if _, err := first.Exec(t.Context(), "CREATE TABLE mine (x INT)"); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := second.QueryRow(t.Context(), "SELECT to_regclass('mine') IS NOT NULL").Scan(&there); err != nil || there {
		t.Errorf("found the table of another test: %t, %v", there, err)
	}
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
