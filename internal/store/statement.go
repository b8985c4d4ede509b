package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// txn runs statements with ? placeholders. In a writing method it is the method's
// transaction.
type txn struct {
	on interface {
		ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
	}
	bind func(string) string
}

// exec runs a statement and returns the number of changed rows.
func (t txn) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	r, err := t.on.ExecContext(ctx, t.bind(statement), texts(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// query calls scan for each row; scan must not use the database.
func (t txn) query(ctx context.Context, scan func(*sql.Rows) error, statement string, args ...any) error {
	rows, err := t.on.QueryContext(ctx, t.bind(statement), texts(args)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// How often a conflicting transaction is retried, and the longest pause between two
// attempts.
const (
	tries    = 100
	maxPause = 100 * time.Millisecond
)

// write runs f as one serializable transaction. f may run more than once, so it must reset
// any outer variables that it sets. If f returns a fault, the transaction is rolled back and
// the fault is returned unchanged.
func (db *DB) write(ctx context.Context, what string, f func(txn) error) error {
	for try := time.Duration(1); ; try++ {
		err := db.attempt(ctx, f)
		if err == nil {
			return nil
		}
		if !isConflict(err) || try == tries {
			return db.failed(ctx, what, err)
		}
		select {
		case <-ctx.Done():
			return db.failed(ctx, what, err)
		case <-time.After(rand.N(min(try*time.Millisecond, maxPause))): //nolint:gosec // jitter, not a secret
		}
	}
}

func (db *DB) attempt(ctx context.Context, f func(txn) error) error {
	// SQLite has one writer, so it is always serializable.
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no effect after a commit
	if err := f(txn{tx, db.bind}); err != nil {
		return err
	}
	return tx.Commit()
}

// exec runs one statement as a transaction.
func (db *DB) exec(ctx context.Context, what, statement string, args ...any) (changed int64, err error) {
	err = db.write(ctx, what, func(tx txn) (err error) {
		changed, err = tx.exec(ctx, statement, args...)
		return err
	})
	return changed, err
}

// query runs one reading statement.
func (db *DB) query(ctx context.Context, what string, scan func(*sql.Rows) error, statement string, args ...any) error {
	if err := (txn{db.sql, db.bind}).query(ctx, scan, statement, args...); err != nil {
		return db.failed(ctx, what, err)
	}
	return nil
}

// numbered replaces question marks by $1, $2 and so on for PostgreSQL, except in quotes and
// comments.
func numbered(statement string) string {
	var out strings.Builder
	for n := 1; ; n++ {
		i := mark(statement)
		if i < 0 {
			return out.String() + statement
		}
		out.WriteString(statement[:i] + "$" + strconv.Itoa(n))
		statement = statement[i+1:]
	}
}

// quotes are the delimiters of quoted texts and comments. A doubled quote ends one text and
// begins the next.
var quotes = []struct{ from, to string }{{"'", "'"}, {`"`, `"`}, {"--", "\n"}, {"/*", "*/"}}

// mark returns the index of the first placeholder, or -1.
func mark(statement string) int {
next:
	for i := 0; i < len(statement); i++ {
		if statement[i] == '?' {
			return i
		}
		for _, q := range quotes {
			if strings.HasPrefix(statement[i:], q.from) {
				rest := i + len(q.from)
				end := strings.Index(statement[rest:], q.to)
				if end < 0 {
					return -1
				}
				i = rest + end + len(q.to) - 1
				continue next
			}
		}
	}
	return -1
}
