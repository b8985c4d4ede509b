package ask

import (
	"errors"
	"regexp"
	"strings"

	ddb "github.com/duckdb/duckdb-go/v2"

	"adtally"
)

func fault(code, message, hint string) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint}
}

func refused(message, hint string) *adtally.Fault { return fault("sql_refused", message, hint) }

// tooMuchMemory is the fault of a statement that needs more than its process may have.
func tooMuchMemory() *adtally.Fault {
	return fault("sql_memory", "The statement needs more memory than a statement may use", "Read fewer columns or days, group before you join, or add a LIMIT.")
}

// explain converts an error of DuckDB.
func explain(err error) *adtally.Fault {
	var known *adtally.Fault
	if errors.As(err, &known) {
		return known
	}
	var e *ddb.Error
	if errors.As(err, &e) && e.Type == ddb.ErrorTypeOutOfMemory || strings.Contains(err.Error(), "Out of Memory") || strings.Contains(err.Error(), "bad_alloc") {
		return tooMuchMemory()
	}
	return fault("sql_failed", clean(err.Error()), "Correct the statement.")
}

// maxMessage is the maximum length of an error, in bytes: DuckDB puts values into some errors.
const maxMessage = 500

// path matches what may be a path of this machine, with at least two names.
var path = regexp.MustCompile(`(?:[A-Za-z]:\\|/)[^\s'"/]+(?:[/\\][^\s'"]*)+`)

// suggestion matches where DuckDB names objects that the person may not see.
var suggestion = regexp.MustCompile(`(?i)\s*(Did you mean|Candidate (tables|bindings|functions|macros)|To load it|LINE \d+:).*`)

// clean returns the first line of an error without what must not be shown.
func clean(message string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	first = suggestion.ReplaceAllString(first, "")
	first = path.ReplaceAllString(first, "…")
	first = strings.ReplaceAll(strings.ReplaceAll(first, warehouse+".", ""), warehouse, "the warehouse")
	if len(first) > maxMessage {
		first = strings.ToValidUTF8(first[:maxMessage-len("…")], "") + "…"
	}
	return strings.TrimRight(first, " .!")
}
