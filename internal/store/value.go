package store

import (
	"database/sql"
	"strings"
	"time"
)

// micros returns the stored form of a time.
func micros(t time.Time) sql.Null[int64] {
	return sql.Null[int64]{V: t.UnixMicro(), Valid: !t.IsZero()}
}

func moment(v sql.Null[int64]) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.V).UTC()
}

// bit returns the stored form of a bool.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// texts cleans all string arguments for both databases: error texts from outside may contain
// invalid bytes.
func texts(args []any) []any {
	for i, a := range args {
		switch a := a.(type) {
		case string:
			args[i] = text(a)
		case sql.Null[string]:
			a.V = text(a.V)
			args[i] = a
		}
	}
	return args
}

// text removes what PostgreSQL cannot store: zero bytes and invalid UTF-8.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}
