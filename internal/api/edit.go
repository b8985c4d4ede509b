package api

import (
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Edit is the part of an input that says what one saw before one changed it.
type Edit struct {
	IfMatch string `header:"If-Match" maxLength:"100" doc:"The ETag of what was read; without it nothing is changed (428), and where it is another by now neither (412)"`
}

// requireIfMatch has the document say that an edit must say what it edits. Huma
// would answer 422 where that is missing, and not 428: so it is told only after it
// has taken the operation.
func requireIfMatch(o *huma.Operation) {
	for _, p := range o.Parameters {
		if p.Name == "If-Match" {
			p.Required = true
		}
	}
}

// Version is the version that was seen.
func (e Edit) Version() (int64, error) {
	if e.IfMatch == "" {
		return 0, refusal("edit_unconditional", "The edit does not say what it changes", "Read it first and send its ETag as If-Match.")
	}
	inner, ok := strings.CutPrefix(e.IfMatch, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	v, err := strconv.ParseInt(inner, 10, 64)
	if !ok || !closed || err != nil {
		return 0, refusal("stale_edit", "If-Match is no ETag that was ever given", "Read it again and send its ETag as If-Match.")
	}
	return v, nil
}

// etag is how a version is shown.
func etag(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }
