package api

import (
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Edit is the part of an input that names the version to change.
type Edit struct {
	IfMatch string `header:"If-Match" maxLength:"100" doc:"ETag of the version that you read. Without it the request fails with 428; if the object has changed since, with 412"`
}

// requireIfMatch marks If-Match as required in the document. It runs after huma has
// registered the operation: otherwise huma would answer a missing header with 422
// instead of 428.
func requireIfMatch(o *huma.Operation) {
	for _, p := range o.Parameters {
		if p.Name == "If-Match" {
			p.Required = true
			o.Description += " The header If-Match is required: send the ETag of the version that you read."
		}
	}
}

// Version returns the version number from If-Match.
func (e Edit) Version() (int64, error) {
	if e.IfMatch == "" {
		return 0, refusal("edit_unconditional", "The header If-Match is missing", "Read the object first and send its ETag as If-Match.")
	}
	inner, ok := strings.CutPrefix(e.IfMatch, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	v, err := strconv.ParseInt(inner, 10, 64)
	if !ok || !closed || err != nil {
		return 0, refusal("stale_edit", "If-Match is not an ETag of this server", "Read the object again and send its ETag as If-Match.")
	}
	return v, nil
}

// etag formats a version.
func etag(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }
