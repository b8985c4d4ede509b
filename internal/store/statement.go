package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// txn carries out statements, written once with ? for what they are given.
// Within a method that writes it is that method's transaction.
type txn struct {
	on interface {
		ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
	}
	bind func(string) string
}

// exec carries out a statement and says how many rows it changed.
func (t txn) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	r, err := t.on.ExecContext(ctx, t.bind(statement), texts(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// query reads all rows, each by scan, which must not ask the database again.
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

// How often a transaction is tried that another one got in the way of, and the
// longest pause between two tries, which grows up to that.
const (
	tries    = 100
	maxPause = 100 * time.Millisecond
)

// write carries out f as one transaction, as if no other were under way. f may
// be carried out again from its beginning: what it sets outside itself it sets
// anew. A fault that it returns undoes the transaction and reaches the caller as
// it is.
func (db *DB) write(ctx context.Context, what string, f func(txn) error) error {
	for try := time.Duration(1); ; try++ {
		err := db.attempt(ctx, f)
		if err == nil {
			return nil
		}
		if !inTheWay(err) || try == tries {
			return db.failed(ctx, what, err)
		}
		select {
		case <-ctx.Done():
			return db.failed(ctx, what, err)
		case <-time.After(rand.N(min(try*time.Millisecond, maxPause))): //nolint:gosec // no secret: it keeps two from meeting again
		}
	}
}

func (db *DB) attempt(ctx context.Context, f func(txn) error) error {
	// SQLite knows no other level: it has one writer.
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := f(txn{tx, db.bind}); err != nil {
		return err
	}
	return tx.Commit()
}

// exec is a transaction of one statement.
func (db *DB) exec(ctx context.Context, what, statement string, args ...any) (changed int64, err error) {
	err = db.write(ctx, what, func(tx txn) (err error) {
		changed, err = tx.exec(ctx, statement, args...)
		return err
	})
	return changed, err
}

// query is a reading of one statement.
func (db *DB) query(ctx context.Context, what string, scan func(*sql.Rows) error, statement string, args ...any) error {
	if err := (txn{db.sql, db.bind}).query(ctx, scan, statement, args...); err != nil {
		return db.failed(ctx, what, err)
	}
	return nil
}

// numbered writes $1, $2 and so on for the question marks, as PostgreSQL wants
// them. What is quoted, or a comment, stays as it is.
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

// quotes are how what is quoted, or a comment, begins and ends. A quote that is
// doubled inside ends one and begins the next.
var quotes = []struct{ from, to string }{{"'", "'"}, {`"`, `"`}, {"--", "\n"}, {"/*", "*/"}}

// mark is where the first question mark is that stands for a value; -1 = none.
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
