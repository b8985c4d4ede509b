package store

import (
	"database/sql"
	"strings"
	"time"
)

// micros is how a moment is stored.
func micros(t time.Time) sql.Null[int64] {
	return sql.Null[int64]{V: t.UnixMicro(), Valid: !t.IsZero()}
}

func moment(v sql.Null[int64]) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.V).UTC()
}

// bit is how a truth is stored; a bool can be scanned from it.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// texts makes of every string among the args one that both databases take: the
// words of somebody else's error may hold bytes that are no text.
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

// text drops what PostgreSQL keeps in no text: zero bytes, and what is not UTF-8.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}
