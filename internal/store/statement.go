package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// txn executes statements with ? placeholders, inside the transaction of a method that
// writes.
type txn struct {
	on interface {
		ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
	}
	bind func(string) string
}

// exec executes a statement and returns the number of changed rows.
func (t txn) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	r, err := t.on.ExecContext(ctx, t.bind(statement), texts(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// query reads all rows with scan, which must not query the database.
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

// tries is how often a conflicting transaction is attempted; maxPause is the longest
// pause between two attempts.
const (
	tries    = 100
	maxPause = 100 * time.Millisecond
)

// write executes f as one serializable transaction. f may be called again from the
// start, so it must reset what it sets outside itself. A fault from f rolls the
// transaction back and is returned unchanged.
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
	// SQLite only has this level: it allows one writer.
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // has no effect after a commit
	if err := f(txn{tx, db.bind}); err != nil {
		return err
	}
	return tx.Commit()
}

// exec executes one statement as a transaction.
func (db *DB) exec(ctx context.Context, what, statement string, args ...any) (changed int64, err error) {
	err = db.write(ctx, what, func(tx txn) (err error) {
		changed, err = tx.exec(ctx, statement, args...)
		return err
	})
	return changed, err
}

// query executes one query.
func (db *DB) query(ctx context.Context, what string, scan func(*sql.Rows) error, statement string, args ...any) error {
	if err := (txn{db.sql, db.bind}).query(ctx, scan, statement, args...); err != nil {
		return db.failed(ctx, what, err)
	}
	return nil
}

// numbered replaces question marks with $1, $2 and so on, as PostgreSQL requires.
// Quoted text and comments stay.
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

// quotes are the delimiters of quoted text and comments. A doubled quote ends one
// quoted text and starts the next, with the same effect.
var quotes = []struct{ from, to string }{{"'", "'"}, {`"`, `"`}, {"--", "\n"}, {"/*", "*/"}}

// mark returns the index of the first placeholder; -1 = none.
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
