package store

import (
	"database/sql"
	"strings"
	"time"
)

// micros converts a time for storage.
func micros(t time.Time) sql.Null[int64] {
	return sql.Null[int64]{V: t.UnixMicro(), Valid: !t.IsZero()}
}

func moment(v sql.Null[int64]) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.V).UTC()
}

// bit converts a bool for storage; Scan converts it back.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// texts cleans every string among the arguments, so that both databases accept it:
// foreign error messages may contain invalid bytes.
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

// text removes what PostgreSQL does not accept in text: zero bytes and invalid UTF-8.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}
